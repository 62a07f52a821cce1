import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';
import { connect } from './connect.ts';
import { dockerConfigPath, removeCredential, storeCredential, storedCredential } from './docker-config.ts';
import { knownServersPath, writeKnownServers } from './known-servers.ts';

describe('credentials', () => {
  let home = '';
  const path = process.env['PATH'];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'longshore-credentials-'));
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(home, { recursive: true, force: true });
  });
  const place = () => ({ home, environment: {} });
  const alice = { name: 'alice', password: 'pass:word \u4e2d' };

  it("stand in docker's file beside what is there, until they are removed", async () => {
    mkdirSync(join(home, '.docker'));
    writeFileSync(dockerConfigPath(place()), JSON.stringify({ psFormat: 'x', auths: { 'other:1': { auth: 'Ym9iOmI=' } } }));
    assert.deepEqual(await storeCredential('r.example', alice, place()), { where: dockerConfigPath(place()), isPlain: true });
    assert.deepEqual(await storedCredential('r.example', place()), alice);
    assert.deepEqual(await storedCredential('other:1', place()), { name: 'bob', password: 'b' });
    assert.equal(await removeCredential('r.example', place()), true);
    assert.equal(await removeCredential('r.example', place()), false);
    assert.deepEqual(JSON.parse(readFileSync(dockerConfigPath(place()), 'utf8')), {
      psFormat: 'x',
      auths: { 'other:1': { auth: 'Ym9iOmI=' } },
    });
  });

  it('are found by every name under which programs write a registry, and removed under all of them', async () => {
    mkdirSync(join(home, '.docker'));
    const auth = (name: string) => ({ auth: Buffer.from(`${name}:b`).toString('base64') });
    for (const [host, key] of [
      ['r.example', 'r.example'],
      ['r.example', 'https://r.example'],
      ['r.example', 'https://r.example/v1/'],
      ['r.example', 'https://r.example/v2/'],
      ['r.example:5000', 'http://r.example:5000'],
      ['docker.io', 'https://index.docker.io/v1/'],
      ['docker.io', 'docker.io'],
      ['docker.io', 'registry-1.docker.io'],
    ] as const) {
      const others = {
        'r.example/part': auth('part'),
        'r.example:1': auth('port'),
        'https://index.docker.io/v1/access-token': auth('token'),
      };
      writeFileSync(dockerConfigPath(place()), JSON.stringify({ auths: { [host]: {}, ...others, [key]: auth('bob') } }));
      assert.deepEqual(await storedCredential(host, place()), { name: 'bob', password: 'b' }, key);
      assert.equal(await removeCredential(host, place()), true, key);
      assert.deepEqual(JSON.parse(readFileSync(dockerConfigPath(place()), 'utf8')), { auths: others }, key);
      assert.equal(await storedCredential(host, place()), undefined, key);
    }
  });

  it('are kept by the helper that the file names', async () => {
    mkdirSync(join(home, '.docker'));
    writeFileSync(dockerConfigPath(place()), JSON.stringify({ credsStore: 'test' }));
    const script = `#!/bin/sh
case $1 in
  store) cat > ${home}/kept ;;
  get) cat > /dev/null; [ -f ${home}/kept ] && cat ${home}/kept || { echo 'credentials not found in native keychain'; exit 1; } ;;
  erase) cat > /dev/null; rm ${home}/kept ;;
esac
`;
    writeFileSync(join(home, 'docker-credential-test'), script);
    chmodSync(join(home, 'docker-credential-test'), 0o755);
    process.env['PATH'] = `${home}:${path}`;
    assert.equal(await storedCredential('r.example', place()), undefined);
    assert.deepEqual(await storeCredential('r.example', alice, place()), { where: 'docker-credential-test', isPlain: false });
    assert.deepEqual(await storedCredential('r.example', place()), alice);
    assert.doesNotMatch(readFileSync(dockerConfigPath(place()), 'utf8'), /auths/);
    assert.equal(await removeCredential('r.example', place()), true);
  });

  it('stay where a link leads, readable by their owner alone, and nothing else is left behind', async () => {
    mkdirSync(join(home, '.docker'));
    mkdirSync(join(home, 'dotfiles'));
    writeFileSync(join(home, 'dotfiles', 'docker.json'), '{"psFormat":"x"}', { mode: 0o644 });
    symlinkSync(join(home, 'dotfiles', 'docker.json'), dockerConfigPath(place()));
    await storeCredential('r.example', alice, place());
    assert.ok(lstatSync(dockerConfigPath(place())).isSymbolicLink());
    const kept = join(home, 'dotfiles', 'docker.json');
    assert.match(readFileSync(kept, 'utf8'), /"psFormat": "x".*r\.example/s);
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.deepEqual([readdirSync(join(home, 'dotfiles')), readdirSync(join(home, '.docker'))], [['docker.json'], ['config.json']]);
  });

  it('a helper that is not there is said, and its name is no path', async () => {
    mkdirSync(join(home, '.docker'));
    for (const [name, expected] of [
      ['not-there', /docker-credential-not-there, which docker's config.json names, cannot be run/],
      ['../x', /no name of a credential helper/],
    ] as const) {
      writeFileSync(dockerConfigPath(place()), JSON.stringify({ credsStore: name }));
      await assert.rejects(storedCredential('r.example', place()), expected);
    }
  });

  it('go to the host that they are for, and not in the clear to one that was known with TLS', async () => {
    const surroundings = recordedSurroundings(undefined, {
      home,
      environment: { LONGSHORE_SERVER: 'a.example', LONGSHORE_TOKEN: 'lsp_secret' },
    });
    await storeCredential('r.example', alice, place());
    await writeKnownServers(
      { current: 'r.example', servers: { 'r.example': { url: 'https://r.example/', isLongshore: true } } },
      surroundings,
    );
    assert.match(knownServersPath(surroundings), /\.config\/longshore\/cli\.json$/);
    assert.deepEqual((await connect(undefined, surroundings)).credential, { token: 'lsp_secret' });
    assert.deepEqual((await connect('r.example', surroundings)).credential, alice);
    assert.equal((await connect('http://r.example', surroundings)).credential, undefined);
    await storeCredential('docker.example', alice, place());
    assert.deepEqual((await connect('docker.example', surroundings)).credential, alice);
    const said = 'The login to r.example is not sent without TLS';
    assert.deepEqual([surroundings.errLines.length, surroundings.errLines[0]?.startsWith(said)], [1, true]);
    assert.equal((await connect('http://docker.example', surroundings)).credential, undefined, 'nobody said that it may go so');
    assert.match(surroundings.errLines[1] ?? '', /If that is what you want: longshore login http:\/\/docker\.example$/);
    await storeCredential('localhost:5000', alice, place());
    assert.deepEqual((await connect('http://localhost:5000', surroundings)).credential, alice, 'it does not leave this machine');
    assert.equal((await connect('evil.example', surroundings)).credential, undefined);
    assert.equal((await connect('http://a.example', surroundings)).credential, undefined);
  });
});
