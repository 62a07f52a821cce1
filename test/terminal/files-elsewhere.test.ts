import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { mediaTypes, requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import { createRegistryClient, type RegistryClient } from '@longshore/oci/client';
import { main } from '../../packages/cli/src/main.ts';
import { recordedSurroundings } from '../../packages/cli/src/testing/recorded-surroundings.ts';
import { archiveOf, paxEntry, type WrittenEntry } from '../../packages/oci/src/layers/testing/archive.ts';
import { descriptorOf, digestOf, type Json } from '../protocol/sample-content.ts';
import { commandPath } from '../tools/command-line.ts';
import { type DockerRegistry, startDockerRegistry } from '../tools/docker-registry.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { findProgram, programPath, skipUnless } from '../tools/programs.ts';
import { startAtTerminal } from '../tools/pseudo-terminal.ts';
import { type CommandHome, commandHome } from './client-home.ts';

const skip = skipUnless(findProgram('docker-registry') !== undefined, 'needs docker-registry; run scripts/install-test-tools');
const name = requireRepositoryName('team/app');
const steering = 'evil\u001b[2J\u001b]52;c;cm0=\u0007';

/** The lowest first. */
const written: readonly (readonly WrittenEntry[])[] = [
  [
    { name: 'etc/', type: '5', mode: 0o711 },
    { name: 'etc/kept', body: 'kept\n' },
    { name: 'lib', type: '2', link: 'usr/lib' },
    { name: 'usr/lib/old', body: 'old' },
    { name: 'hidden/below', body: '0' },
    { name: 'removed/file', body: '0' },
    { name: 'srv/large', body: 'x'.repeat(1024 * 1024 + 1) },
    { name: 'srv/binary', body: Buffer.from([0, 1, 2, 0xff]) },
    { name: 'srv/empty' },
    { name: `srv/${steering}`, body: steering },
  ],
  [
    { name: '.wh.removed' },
    { name: 'hidden/.wh..wh..opq' },
    { name: 'hidden/above', body: '1' },
    // Where the link of the layer below leads.
    { name: 'lib/new', body: 'new' },
    { name: 'etc/again', type: '1', link: 'lib/old' },
    { name: 'etc/outside', type: '2', link: '../../../etc/passwd' },
    paxEntry({ path: `deep/${'long-'.repeat(40)}name`, mtime: '1700000000.5' }),
    { name: 'cut', body: 'a long name' },
    { name: '../outside', body: 'of the image' },
    { name: 'dev/null', type: '3', mode: 0o666 },
  ],
  [{ name: 'etc/own', body: 'own' }],
];
const layers = written.map(
  (entries, at) => [(bytes: Buffer) => gzipSync(bytes), zstdCompressSync, (bytes: Buffer) => bytes][at]?.(archiveOf(entries)) as Buffer,
);

async function push(client: RegistryClient): Promise<string> {
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64' });
  for (const blob of [...layers, Buffer.from(config)])
    await client.uploadBlob(name, { digest: requireDigest(digestOf(blob)), content: blob, sizeBytes: blob.length });
  const manifest = {
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptorOf(config, mediaTypes.ociConfig) },
    layers: layers.map((layer) => descriptorOf(layer, mediaTypes.ociLayer)),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  await client.putManifest(name, requireDigest(digestOf(bytes)), { bytes, mediaType: mediaTypes.ociManifest });
  const entry: Json = { ...descriptorOf(bytes, mediaTypes.ociManifest), platform: { os: 'linux', architecture: 'amd64' } };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [entry] }));
  await client.putManifest(name, requireTag('1.0'), { bytes: index, mediaType: mediaTypes.ociIndex });
  return String(entry['digest']);
}

describe('the files of images in a registry that is no Longshore', { skip }, () => {
  let server: Longshore;
  let docker: DockerRegistry;
  let home: CommandHome;
  let image: string;

  /** What the command shows, in this process: to start one for each takes ten times as long. */
  async function shown(line: string, environment: Record<string, string> = {}) {
    const surroundings = recordedSurroundings((request) => fetch(request), { home: home.path, environment });
    const code = await main(line.split(/ +/), surroundings);
    return { code, out: surroundings.outLines, err: surroundings.errLines.join('\n') };
  }

  before(async () => {
    [server, docker, home] = await Promise.all([startLongshore(), startDockerRegistry(programPath('docker-registry')), commandHome()]);
    for (const [url, host, username, password] of [
      [server.url, server.host, 'admin', server.adminPassword],
      [docker.url, docker.host, docker.name, docker.password],
    ] as const) {
      image = await push(createRegistryClient({ baseUrl: url, fetch, credentials: { username, password } }));
      const login = await home.run(`login ${host} -u ${username} --password-stdin`, password);
      assert.equal(login.code, 0, login.stderr);
    }
  });
  after(async () => {
    await home?.remove();
    await docker?.stop();
    await server?.stop();
  });

  it('are those that a Longshore shows of the same image', async () => {
    const layer = (at: number) => `${name}@${digestOf(layers[at] ?? '')}`;
    const lines = [
      ...[
        '',
        '--path etc',
        '--path /usr/lib/',
        '--path lib',
        '--path hidden',
        '--path removed',
        '--path srv --limit 2',
        '--path etc/kept',
      ].map((flags) => `image files ${name}:1.0 ${flags} -o json`),
      `image files ${name}@${image} -o json --platform linux/amd64`,
      ...['etc/kept', 'etc/again', 'lib', 'lib/new', 'usr/lib/new', 'srv/large', 'srv/binary', 'srv/empty', 'hidden', 'nowhere'].map(
        (path) => `image file ${name}:1.0 ${path} -o json`,
      ),
      `image file ${name}:1.0 etc/kept`,
      `image download ${name}:1.0 srv/binary`,
      `image download ${name}:1.0 etc`,
      ...['', '--path hidden'].map((flags) => `layer files ${layer(1)} ${flags} -o yaml`),
      `layer file ${layer(1)} lib/new`,
      `layer download ${layer(2)} etc/own`,
      ...[0, 1, 2].map((at) => `layer show ${layer(at)} -o json`),
      `layer show ${name}@sha256:${'0'.repeat(64)}`,
    ];
    for (const line of lines) {
      const [elsewhere, here] = [await shown(`${line} --server ${docker.host}`), await shown(`${line} --server ${server.host}`)];
      assert.equal(here.code, /nowhere|download .* etc$|removed|image file .* lib\/new|0{64}/.test(line) ? 3 : 0, `${line}: ${here.err}`);
      assert.deepEqual([elsewhere.code, elsewhere.out], [here.code, here.out], `${line}: ${elsewhere.err} ${here.err}`);
    }
    const fromDocker = async (line: string) => (await shown(`${line} --server ${docker.host}`)).out;
    assert.deepEqual(await fromDocker(`image file ${name}:1.0 etc/again`), ['old']);
    assert.deepEqual(await fromDocker(`image files ${name}:1.0 --path usr/lib -o name`), ['usr/lib/new', 'usr/lib/old']);
  });

  it('are saved, shown at a terminal without harm, and missing ones are said to be', async () => {
    const at = `${docker.host}/${name}:1.0`;
    const saved = join(home.path, 'large');
    assert.equal((await home.run(`image download ${at} srv/large --save ${saved}`)).code, 0);
    assert.equal((await readFile(saved)).length, 1024 * 1024 + 1);
    const missing = await shown(`image file ${at} nowhere`);
    assert.deepEqual([missing.code, missing.out, missing.err], [3, [], "longshore image file: This image has no file 'nowhere'."]);
    const chinese = await shown(`image files ${at} --path nowhere`, { LONGSHORE_LANG: 'zh' });
    assert.equal(chinese.err, "longshore image files: 此镜像中没有目录 'nowhere'。");
    const session = startAtTerminal([process.execPath, commandPath, 'image', 'file', at, `srv/${steering}`], { env: home.env });
    assert.equal(await session.ended, 0, session.shown());
    assert.match(session.shown(), /reading the layers \d+s \[#*\.*\] \d+ %[\s\S]*evil/);
    assert.doesNotMatch(session.shown(), /\u001b\[2J|\u001b\]52/);
  });
});
