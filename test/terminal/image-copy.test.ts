import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { mediaTypes, requireDigest, requireRepositoryName, requireTag } from '@longshore/oci';
import { createRegistryClient, type RegistryClient } from '@longshore/oci/client';
import { descriptorOf, digestOf, type Json } from '../protocol/sample-content.ts';
import { commandPath } from '../tools/command-line.ts';
import { type DockerRegistry, startDockerRegistry } from '../tools/docker-registry.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { findProgram, programPath, skipUnless } from '../tools/programs.ts';
import { startAtTerminal } from '../tools/pseudo-terminal.ts';
import { type CommandHome, commandHome } from './client-home.ts';
import { startUnreliableWay, type UnreliableWay } from './unreliable-way.ts';

const skip = skipUnless(findProgram('docker-registry') !== undefined, 'needs docker-registry; run scripts/install-test-tools');
/** Several chunks of an upload. */
const large = randomBytes(12 * 1024 * 1024);
const [mine, other] = [requireRepositoryName('team/app'), requireRepositoryName('copies/app')];

interface Copied {
  readonly digest: string;
  readonly manifests: number;
  readonly presentBytes: number;
  readonly mountedBytes: number;
  readonly sentBytes: number;
}

describe('longshore image copy', { skip }, () => {
  let server: Longshore;
  let docker: DockerRegistry;
  let way: UnreliableWay;
  let home: CommandHome;
  let source: RegistryClient;
  let target: RegistryClient;
  let index: string;
  let [arm, signature] = ['', ''];

  /** Pushes a manifest and its blobs; resolves to its descriptor. */
  async function push(manifest: Json, blobs: readonly (Uint8Array | string)[], tag?: string): Promise<Json> {
    for (const blob of blobs) {
      const content = Buffer.from(blob);
      await source.uploadBlob(mine, { digest: requireDigest(digestOf(content)), content, sizeBytes: content.length });
    }
    const mediaType = String(manifest['mediaType']);
    const bytes = Buffer.from(JSON.stringify(manifest));
    await source.putManifest(mine, tag === undefined ? requireDigest(digestOf(bytes)) : requireTag(tag), { bytes, mediaType });
    return descriptorOf(bytes, mediaType);
  }
  const image = (config: string, layers: readonly (Uint8Array | string)[], more: Json = {}): Json => ({
    ...{ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: descriptorOf(config, mediaTypes.ociConfig) },
    ...{ layers: layers.map((layer) => descriptorOf(layer, mediaTypes.ociLayer)), ...more },
  });
  const copied = async (line: string) => (await home.json(`image copy ${line}`)) as Copied;

  before(async () => {
    [server, docker, home] = await Promise.all([startLongshore(), startDockerRegistry(programPath('docker-registry')), commandHome()]);
    way = await startUnreliableWay(docker.url);
    const asAdmin = { username: 'admin', password: server.adminPassword };
    const asAlice = { username: docker.name, password: docker.password };
    for (const [host, { username, password }] of [
      [way.host, asAlice],
      [server.host, asAdmin],
    ] as const) {
      const login = await home.run(`login ${host} -u ${username} --password-stdin`, password);
      assert.equal(login.code, 0, login.stderr);
    }
    source = createRegistryClient({ baseUrl: server.url, fetch, credentials: asAdmin });
    target = createRegistryClient({ baseUrl: docker.url, fetch, credentials: asAlice });
    const [amdConfig, armConfig] = ['amd64', 'arm64'].map((architecture) => JSON.stringify({ os: 'linux', architecture })) as [
      string,
      string,
    ];
    const amd = await push(image(amdConfig, [large, 'amd']), [amdConfig, large, 'amd']);
    const forArm = await push(image(armConfig, [large, 'arm']), [armConfig, 'arm']);
    const manifests = [amd, forArm].map((entry, at) => ({
      ...entry,
      platform: { os: 'linux', architecture: at === 0 ? 'amd64' : 'arm64' },
    }));
    const whole = await push({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }, [], '1.0');
    const signed = await push(image('{}', ['signature'], { artifactType: 'application/vnd.test.signature', subject: whole }), [
      '{}',
      'signature',
    ]);
    [index, arm, signature] = [String(whole['digest']), String(forArm['digest']), String(signed['digest'])];
    await push(image('{}', ['sbom'], { artifactType: 'application/vnd.test.sbom', subject: forArm }), ['sbom']);
  });
  after(async () => {
    await home?.remove();
    await way?.stop();
    await docker?.stop();
    await server?.stop();
  });

  it('takes an index with its images and what refers to them to another registry, and what is there already is not sent again', async () => {
    const first = await copied(`team/app:1.0 ${way.host}/copies/app --referrers`);
    assert.deepEqual([first.digest, first.manifests, first.presentBytes], [index, 5, 0]);
    assert.ok(first.sentBytes > large.length);
    assert.equal((await target.getManifest(other, requireTag('1.0'))).digest, index);
    assert.deepEqual(
      (await target.listReferrers(other, requireDigest(index))).map(({ digest }) => digest),
      [signature],
    );
    assert.equal((await target.listReferrers(other, requireDigest(arm))).length, 1);
    const again = await copied(`team/app:1.0 ${way.host}/copies/app:again`);
    assert.deepEqual([again.digest, again.manifests, again.sentBytes], [index, 3, 0]);
  });

  it('takes one platform, and lets a registry take the blobs from its other repository', async () => {
    const one = await copied('team/app:1.0 team/other --platform linux/arm64');
    assert.deepEqual([one.digest, one.manifests, one.sentBytes, one.presentBytes], [arm, 1, 0, 0]);
    assert.ok(one.mountedBytes > large.length);
    assert.equal((await home.run('image copy team/app:1.0 team/other --platform plan9/mips')).code, 3);
    const back = await copied(`${way.host}/copies/app@${arm} team/back`);
    assert.deepEqual([back.digest, back.mountedBytes], [arm, 0]);
    assert.equal((await source.getManifest(requireRepositoryName('team/back'), requireDigest(arm))).digest, arm);
    const named = await home.run(`image copy team/app:1.0 team/other@${arm}`);
    assert.deepEqual([named.code, /name its repository/.test(named.stderr)], [2, true], named.stderr);
  });

  it('takes what tags of cosign attach to it, and what is attached to that, but nothing of the target for it', async () => {
    const attached = (owner: string, ending: string) => requireTag(`${owner.replace(':', '-')}.${ending}`);
    const pushed = async (owner: string, ending: string, layers: readonly string[]) =>
      String((await push(image('{}', layers), ['{}', ...layers], attached(owner, ending)))['digest']);
    const copy = () => home.run(`image copy team/app@${arm} ${way.host}/copies/attached --referrers`);
    const there = async (owner: string, ending: string) =>
      (await target.headManifest(requireRepositoryName('copies/attached'), attached(owner, ending)))?.digest;
    const sbom = await pushed(arm, 'sbom', ['sbom by tag']);
    const [first, ofSbom] = [await pushed(arm, 'sig', ['first']), await pushed(sbom, 'sig', ['of the SBOM'])];
    const made = await copy();
    assert.equal(made.code, 0, made.stderr);
    assert.deepEqual([await there(arm, 'sig'), await there(arm, 'sbom'), await there(sbom, 'sig')], [first, sbom, ofSbom]);
    const second = await pushed(arm, 'sig', ['first', 'second']);
    assert.equal((await copy()).code, 0);
    assert.equal(await there(arm, 'sig'), second, 'it has all that was there, and more');
    await pushed(arm, 'sig', ['other']);
    const kept = await copy();
    assert.deepEqual([kept.code, await there(arm, 'sig')], [0, second], kept.stderr);
    assert.match(kept.stderr, /^copies\/attached:sha256-[0-9a-f]{64}\.sig holds others there, and was left as it is\.$/m);
  });

  it('goes on where connections break and registries stumble', async () => {
    const isRead = (line: string) => line.startsWith('GET') && line.endsWith(digestOf(large));
    const before = way.seen.filter(isRead).length;
    const met = new Set<string>();
    const once = (what: string, fate: 'lose' | 'cut' | 503) => {
      const isFirst = !met.has(what);
      met.add(what);
      return isFirst ? fate : 'pass';
    };
    way.fate = (line) => {
      if (isRead(line)) return once('read', 'cut');
      if (line.startsWith('PATCH')) return once('write', 'lose');
      return line.startsWith('HEAD') ? once('look', 503) : 'pass';
    };
    const there = await copied(`${way.host}/copies/app:1.0 team/steady --platform linux/arm64`);
    assert.deepEqual([there.digest, [...met]], [arm, ['read']]);
    const reads = way.seen.filter(isRead);
    assert.equal(reads.length - before, 2, 'the rest was asked for');
    const back = await copied(`team/steady:1.0 ${way.host}/copies/steady`);
    assert.deepEqual([back.digest, [...met].toSorted()], [arm, ['look', 'read', 'write']]);
    way.fate = () => 'pass';
    assert.equal((await target.headBlob(requireRepositoryName('copies/steady'), requireDigest(digestOf(large))))?.sizeBytes, large.length);
  });

  it('Ctrl-C in an upload takes the upload back and leaves no tag; the same command goes on', async () => {
    const line = `image copy team/app:1.0 ${way.host}/copies/broken`;
    const held = new Promise<string>((resolve) => {
      way.fate = (asked) => {
        const isSecond = asked.startsWith('PATCH') && way.seen.filter((one) => one.startsWith('PATCH /v2/copies/broken/')).length > 1;
        if (isSecond) resolve(asked.slice('PATCH '.length));
        return isSecond ? 'hold' : 'pass';
      };
    });
    const session = startAtTerminal([process.execPath, commandPath, ...line.split(' ')], { columns: 100, env: home.env });
    await session.until(/image copy .* \/ 12\.0 MiB \d+s \[#*\.*\] \d+ %/);
    const upload = await held;
    session.type('\u0003');
    assert.equal(await session.ended, 130, session.shown());
    assert.match(session.shown(), /Nothing became .*copies\/broken:1\.0; the same command goes on/);
    assert.ok(way.seen.includes(`DELETE ${upload}`), way.seen.join('\n'));
    assert.equal(await target.headManifest(requireRepositoryName('copies/broken'), requireTag('1.0')), undefined);
    way.fate = () => 'pass';
    const resumed = await copied(`team/app:1.0 ${way.host}/copies/broken`);
    assert.equal(resumed.digest, index);
  });
});
