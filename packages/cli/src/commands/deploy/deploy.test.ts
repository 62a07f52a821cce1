import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { main } from '../../main.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const configType = 'application/vnd.oci.image.config.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

const config = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  config: { User: '1000', ExposedPorts: { '8080/tcp': {} }, Volumes: { '/data': {} } },
});
const described = (mediaType: string, text: string) => ({ mediaType, digest: digestOf(text), size: Buffer.byteLength(text) });
const manifest = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: described(configType, config), layers: [] });
const checkedConfig = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  config: { ExposedPorts: { '80/tcp': {} }, Healthcheck: { Test: ['CMD-SHELL', 'curl -f localhost\n#'], Interval: 5_000_000_000 } },
});
const checked = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: described(configType, checkedConfig), layers: [] });
const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: indexType,
  manifests: [
    { ...described(manifestType, manifest), platform: { os: 'linux', architecture: 'amd64' } },
    { ...described(manifestType, '{}'), platform: { os: 'linux', architecture: 'arm64' } },
    { ...described(manifestType, '[]'), platform: { os: 'unknown', architecture: 'unknown' } },
  ],
});
const chart = JSON.stringify({
  schemaVersion: 2,
  mediaType: manifestType,
  config: described('application/vnd.cncf.helm.config.v1+json', '{}'),
  layers: [],
});

/** A registry that is no Longshore and has these images. */
function answer({ url }: Request): Response {
  const contents = new Map([
    ['/manifests/1.0', manifest],
    [`/manifests/${digestOf(manifest)}`, manifest],
    ['/manifests/both', index],
    ['/manifests/chart', chart],
    [`/blobs/${digestOf(config)}`, config],
    ['/manifests/checked', checked],
    [`/blobs/${digestOf(checkedConfig)}`, checkedConfig],
  ]);
  const text = [...contents].find(([end]) => new URL(url).pathname === `/v2/team/web-app${end}`)?.[1];
  if (text === undefined) return new Response('{}', { status: 404 });
  return new Response(text, { headers: { 'content-type': text === index ? indexType : manifestType } });
}

/** What the command writes for these words, and how it ends. */
async function deployed(...words: string[]) {
  const surroundings = recordedSurroundings(answer);
  const code = await main(['deploy', ...words], surroundings);
  const text = surroundings.outLines.join('\n');
  return { code, text, objects: parseAllDocuments(text).map((one) => one.toJS()), errors: surroundings.errLines.join('\n') };
}

describe('longshore deploy', () => {
  it('begins with what the image says, and pins its digest', async () => {
    const { code, objects, errors } = await deployed('r.example/team/web-app:1.0');
    assert.deepEqual([code, errors], [0, '']);
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ['PersistentVolumeClaim', 'Service', 'Deployment'],
    );
    const { metadata, spec } = objects[2];
    assert.deepEqual([metadata.name, metadata.annotations], ['web-app', { 'longshore.dev/image-tag': '1.0' }]);
    const [container] = spec.template.spec.containers;
    assert.equal(container.image, `r.example/team/web-app@${digestOf(manifest)}`);
    assert.deepEqual(container.ports, [{ name: 'http-8080', containerPort: 8080, protocol: 'TCP' }]);
    assert.deepEqual(spec.template.spec.nodeSelector, { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' });
    assert.equal(spec.template.spec.securityContext.runAsNonRoot, true);
  });

  it('an image for several platforms is pinned by its index, and runs on nodes of each', async () => {
    const { objects } = await deployed('r.example/team/web-app:both');
    const { spec } = objects[2].spec.template;
    assert.equal(spec.containers[0].image, `r.example/team/web-app@${digestOf(index)}`);
    assert.equal(spec.nodeSelector, undefined);
  });

  it("looks at the image's own health check where it has one, unless told otherwise, and notes what the image says", async () => {
    const { text, objects } = await deployed('r.example/team/web-app:checked');
    const [container] = objects.at(-1).spec.template.spec.containers;
    assert.deepEqual(container.livenessProbe.exec.command, ['/bin/sh', '-c', 'curl -f localhost\n#']);
    assert.equal(container.livenessProbe.periodSeconds, 5);
    assert.match(text, /^# The image says:\n# {3}EXPOSE 80\/tcp\n# {3}HEALTHCHECK CMD-SHELL curl -f localhost\ufffd#\napiVersion: /);
    const other = await deployed('r.example/team/web-app:checked', '--probe', 'tcp');
    assert.deepEqual(other.objects.at(-1).spec.template.spec.containers[0].livenessProbe.tcpSocket, { port: 80 });
  });

  it('takes every choice of the assistant', async () => {
    const words = '--kind StatefulSet --name db -n prod --replicas 3 --port sql=5433:5432 --port 53/udp --service LoadBalancer';
    const more = '--env MODE=a=b,c --env-secret PASSWORD=db/password --arg -v --cpu-limit 1 --memory-limit 1Gi --pull-secret pull';
    const rest =
      '--volume logs=/var/log:2Gi:fast:ReadWriteMany --probe http --probe-path /ready --user 70 --read-only --registry mirror.example:5000';
    const { code, objects, errors } = await deployed('r.example/team/web-app:1.0', ...`${words} ${more} ${rest}`.split(' '));
    assert.deepEqual([code, errors], [0, '']);
    const { metadata, spec } = objects.at(-1);
    assert.deepEqual([metadata.name, metadata.namespace, spec.replicas], ['db', 'prod', 3]);
    const [container] = spec.template.spec.containers;
    assert.equal(container.image, `mirror.example:5000/team/web-app@${digestOf(manifest)}`);
    assert.deepEqual(container.args, ['-v']);
    assert.deepEqual(container.env, [
      { name: 'MODE', value: 'a=b,c' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    ]);
    assert.deepEqual(container.readinessProbe.httpGet, { path: '/ready', port: 5432 });
    assert.deepEqual(container.resources.limits, { cpu: '1', memory: '1Gi' });
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(spec.template.spec.imagePullSecrets, [{ name: 'pull' }]);
    assert.equal(spec.template.spec.securityContext.runAsUser, 70);
    const [volume] = spec.volumeClaimTemplates;
    assert.deepEqual([volume.metadata.name, volume.spec.accessModes, volume.spec.storageClassName], ['logs', ['ReadWriteMany'], 'fast']);
    const service = objects.find(({ spec: { type } }) => type === 'LoadBalancer');
    assert.deepEqual(
      service.spec.ports.map((port: { name: string; port: number; protocol: string }) => `${port.name} ${port.port} ${port.protocol}`),
      ['sql 5433 TCP', 'udp-53 53 UDP'],
    );
    const job = await deployed(
      'r.example/team/web-app:1.0',
      '--kind',
      'CronJob',
      '--schedule',
      '*/5 * * * *',
      '--time-zone',
      'Asia/Shanghai',
      '--concurrency',
      'Allow',
    );
    assert.deepEqual(
      [job.objects.at(-1).spec.schedule, job.objects.at(-1).spec.timeZone, job.objects.at(-1).spec.concurrencyPolicy],
      ['*/5 * * * *', 'Asia/Shanghai', 'Allow'],
    );
  });

  it('writes a kustomization and Helm values', async () => {
    const kustomization = await deployed('r.example/team/web-app:1.0', '--format', 'kustomize');
    assert.deepEqual(kustomization.objects[0].images, [{ name: 'r.example/team/web-app', digest: digestOf(manifest) }]);
    const values = await deployed('r.example/team/web-app:1.0', '--format', 'helm');
    assert.equal(values.objects[0].image.tag, `1.0@${digestOf(manifest)}`);
    const other = await deployed('r.example/team/web-app:1.0', '--format', 'helm', '--kind', 'CronJob');
    assert.deepEqual([other.code, other.text], [2, '']);
  });

  it('what cannot run is refused by the name of its flag, and nothing is written', async () => {
    for (const [line, code, expected] of [
      ['team/web-app:1.0 --name Web!', 2, /--name: Begin with a letter/],
      ['team/web-app:1.0 --replicas 3', 2, /--volume: Several replicas cannot write to it/],
      ['team/web-app:1.0 --replicas many', 2, /--replicas is a number/],
      ['team/web-app:1.0 --cpu-limit 1m', 2, /--cpu-limit: The limit must not be below/],
      ['team/web-app:1.0 --memory-request x', 2, /--memory-request: An amount/],
      ['team/web-app:1.0 --port http', 2, /--port is like 8080/],
      ['team/web-app:1.0 --port 70000', 2, /--port: A whole number from 1 to 65535/],
      ['team/web-app:1.0 --env 1A=b', 2, /--env: Letters, digits/],
      ['team/web-app:1.0 --env A', 2, /--env is NAME=VALUE/],
      ['team/web-app:1.0 --env-secret A=b', 2, /--env-secret is NAME=SECRET\/KEY/],
      ['team/web-app:1.0 --env-secret A=B!/c', 2, /--env-secret: The name of a Secret/],
      ['team/web-app:1.0 --volume data', 2, /--volume is like/],
      ['team/web-app:1.0 --kind CronJob --schedule daily', 2, /--schedule: Five fields/],
      ['team/web-app:1.0 --probe command', 2, /--probe: The image has no health check/],
      ['team/web-app:1.0 --user 4294967296', 2, /--user: A whole number/],
      ['team/web-app:chart', 2, /no image that could run/],
      ['team/web-app:missing', 3, /has no missing: longshore tag ls/],
    ] as const) {
      const { code: was, text, errors } = await deployed(...`r.example/${line}`.split(' '));
      assert.deepEqual([was, text], [code, ''], line);
      assert.match(errors, expected, line);
    }
  });

  it('what is wrong is said in Chinese to whom it should', async () => {
    const surroundings = recordedSurroundings(answer, { environment: { LANG: 'zh_CN.UTF-8' } });
    assert.equal(await main(['deploy', 'r.example/team/web-app:1.0', '--name', 'Web!'], surroundings), 2);
    assert.match(surroundings.errLines.join('\n'), /--name: 以字母开头/);
  });
});
