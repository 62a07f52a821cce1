import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { requirePrograms } from '../tools/programs.ts';
import { useClientRegistry } from './client-registry.ts';

describe('helm', () => {
  const registry = useClientRegistry();

  test('pushes and pulls the same chart', async (t) => {
    if (requirePrograms(t, 'helm') === undefined) return;
    const { home, host, server } = registry();
    const password = { input: server.adminPassword };
    await home.run('helm', ['registry', 'login', '--plain-http', '--username', 'admin', '--password-stdin', host], password);
    await home.run('helm', ['create', home.path('demo')]);
    await home.run('helm', ['package', home.path('demo'), '--destination', home.directory]);
    const pushed = await home.try('helm', ['push', '--plain-http', home.path('demo-0.1.0.tgz'), `oci://${host}/charts`]);
    assert.equal(pushed.code, 0, pushed.stderr);

    const chart = `oci://${host}/charts/demo`;
    await mkdir(home.path('pulled'));
    const pulled = await home.try('helm', ['pull', '--plain-http', chart, '--version', '0.1.0', '--destination', home.path('pulled')]);
    assert.equal(pulled.code, 0, pulled.stderr);
    assert.deepEqual(await readFile(home.path('pulled', 'demo-0.1.0.tgz')), await readFile(home.path('demo-0.1.0.tgz')));
    assert.ok(printedDigest(pushed.stderr) !== undefined);
    assert.equal(printedDigest(pulled.stderr), printedDigest(pushed.stderr));
  });

  test('finds the newest version of a chart by its tags', async (t) => {
    if (requirePrograms(t, 'helm') === undefined) return;
    const { home, host } = registry();
    await home.run('helm', ['create', home.path('versions')]);
    // A plus sign, which a tag cannot hold, is written as an underscore.
    for (const version of ['1.0.0', '1.2.0+build.5', '1.1.0']) {
      await home.run('helm', ['package', home.path('versions'), '--version', version, '--destination', home.directory]);
      await home.run('helm', ['push', '--plain-http', home.path(`versions-${version}.tgz`), `oci://${host}/charts`]);
    }
    const newest = await home.run('helm', ['show', 'chart', '--plain-http', `oci://${host}/charts/versions`]);
    assert.match(newest, /^version: 1\.2\.0\+build\.5$/m);
  });
});

function printedDigest(output: string): string | undefined {
  return /Digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1];
}
