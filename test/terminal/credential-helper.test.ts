import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { startLongshore } from '../tools/longshore.ts';
import { commandHome } from './client-home.ts';

/** Keeps everything in a file beside it, and writes down what it was asked to do. */
const helper = `#!/bin/sh
folder=$(dirname "$0")
echo "$1" >> "$folder/asked"
input=$(cat)
case $1 in
store) printf '%s' "$input" > "$folder/kept" ;;
erase) printf '%s' "$input" > "$folder/erased" && rm "$folder/kept" ;;
get)
  if [ ! -e "$folder/kept" ]; then echo 'credentials not found in native keychain'; exit 1; fi
  cat "$folder/kept" ;;
esac
`;

test("login, what follows and logout keep the credential with docker's helper program, and nothing of it in a file of their own", async (t) => {
  const [server, home] = await Promise.all([startLongshore(), commandHome()]);
  t.after(async () => {
    await home.remove();
    await server.stop();
  });
  const [folder, config] = [join(home.path, 'bin'), join(home.path, '.docker', 'config.json')];
  await mkdir(folder);
  await mkdir(join(home.path, '.docker'));
  await writeFile(join(folder, 'docker-credential-fake'), helper, { mode: 0o755 });
  await writeFile(config, JSON.stringify({ credsStore: 'fake', psFormat: 'kept' }));
  const env = { PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const ok = async (line: string, input = '') => {
    const { code, stdout, stderr } = await home.run(line, input, env);
    assert.equal(code, 0, `${line}: ${stderr}`);
    return stdout + stderr;
  };
  const said = await ok(`login ${server.host} -u admin --password-stdin`, server.adminPassword);
  assert.doesNotMatch(said, /kept as text/);
  const stored = { ServerURL: server.host, Username: 'admin', Secret: server.adminPassword };
  assert.deepEqual(JSON.parse(await readFile(join(folder, 'kept'), 'utf8')), stored);
  assert.match(await ok('whoami -o name'), /^admin$/m);
  assert.match(await ok('logout'), /Logged out of/);
  assert.equal(await readFile(join(folder, 'erased'), 'utf8'), server.host);
  assert.deepEqual((await readFile(join(folder, 'asked'), 'utf8')).split('\n').slice(0, 2), ['store', 'get']);
  assert.deepEqual(JSON.parse(await readFile(config, 'utf8')), { credsStore: 'fake', psFormat: 'kept' });
  assert.equal((await home.run(`whoami --server ${server.url}`, '', env)).code, 4);
  const gone = await home.run(`login ${server.host} -u admin --password-stdin`, server.adminPassword, { PATH: '/usr/bin:/bin' });
  assert.deepEqual([gone.code, /docker-credential-fake, which docker's config\.json names, cannot be run/.test(gone.stderr)], [1, true]);
});
