import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { mediaTypes } from '@longshore/oci';
import fc from 'fast-check';
import { main } from '../../packages/cli/src/main.ts';
import { recordedSurroundings } from '../../packages/cli/src/testing/recorded-surroundings.ts';
import {
  accessModes,
  concurrencyPolicies,
  findFaults,
  firstChoices,
  helmValues,
  kustomization,
  probeKinds,
  serviceTypes,
  type WorkloadChoices,
  type WorkloadImage,
  workloadFile,
  workloadKinds,
  workloadManifests,
  yamlOfAll,
} from '../../packages/deploy/src/index.ts';
import { descriptorOf } from '../protocol/sample-content.ts';
import { type KubeApiserver, kubernetesPrograms, startKubeApiserver } from '../tools/kube-apiserver.ts';
import { findProgram, programPath, skipUnless } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';

const programs = [...kubernetesPrograms, 'helm'];
const skip = skipUnless(
  programs.every((name) => findProgram(name) !== undefined),
  `needs ${programs.join(', ')}; run scripts/install-test-tools`,
);

const digest = `sha256:${'5'.repeat(64)}`;

const images = fc.record({
  repository: fc.constantFrom('registry.example.com:5000/shop/cart', 'localhost/a', 'r.example/team/sub/very_long.name--here'),
  digest: fc.constant(digest),
  tag: fc.constantFrom('1.4', 'on', '2024.01.01', '_x.y'),
  platforms: fc.constantFrom([], [{ os: 'linux', architecture: 'arm64' }]),
  user: fc.constantFrom('', '1000', '0', 'nobody', '65534:65534'),
  ports: fc.uniqueArray(fc.constantFrom('80/tcp', '443', '53/udp', '8080/tcp', '65535/sctp'), { maxLength: 4 }),
  volumes: fc.uniqueArray(fc.constantFrom('/data', '/var/lib/x', '/srv/'), { maxLength: 2 }),
  healthCheck: fc.constantFrom(
    { test: ['CMD', 'true'] },
    { test: ['CMD-SHELL', 'exit 0'], intervalSeconds: 1, timeoutSeconds: 9, retries: 1 },
  ),
}) satisfies fc.Arbitrary<WorkloadImage>;

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const amount = fc.constantFrom('', '100m', '0.5', '1', '.5', '2.', '1500m', '64Mi', '1.5Gi', '2G', '1k');

const changes: fc.Arbitrary<Partial<WorkloadChoices>> = fc.record(
  {
    kind: fc.constantFrom(...workloadKinds),
    name: fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/),
    replicas: fc.nat(3),
    service: fc.constantFrom(...serviceTypes),
    environment: fc.array(
      fc.oneof(
        fc.record({ name: fc.stringMatching(/^[-._a-zA-Z0-9]{1,8}$/), value: text }),
        fc.record({
          name: fc.stringMatching(/^[A-Z]{3}$/),
          secret: fc.stringMatching(/^[a-z0-9.-]{1,8}$/),
          key: fc.stringMatching(/^[\w.-]{1,8}$/),
        }),
      ),
      { maxLength: 3 },
    ),
    arguments: fc.array(text, { maxLength: 3 }),
    resources: fc.record({ cpuRequest: amount, cpuLimit: amount, memoryRequest: amount, memoryLimit: amount }),
    pullSecret: fc.stringMatching(/^[a-z0-9.-]{0,10}$/),
    volumes: fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z0-9-]{1,12}$/),
        path: fc.stringMatching(/^\/[a-z./:]{0,12}$/),
        size: amount,
        storageClass: fc.stringMatching(/^[a-z0-9.-]{0,6}$/),
        accessMode: fc.constantFrom(...accessModes),
      }),
      { maxLength: 3 },
    ),
    probe: fc.constantFrom(...probeKinds),
    probePath: fc.constantFrom('/', '/health?deep=1'),
    runAsUser: fc.constantFrom(0, 33, 2 ** 31 - 1),
    readOnlyRoot: fc.boolean(),
    schedule: fc.constantFrom('0 3 * * *', '@weekly', '*/7 0-5,9 ? jan-mar mon', '5/15 * 31 2 0', '0 0 * * 7'),
    timeZone: fc.constantFrom('', 'Asia/Shanghai', 'Etc/UTC', 'UTC', 'local'),
    concurrency: fc.constantFrom(...concurrencyPolicies),
  },
  { requiredKeys: [] },
);

/** What was chosen, but for the fields that have a fault: they stay as the form begins. */
function withoutFaults(image: WorkloadImage, changed: Partial<WorkloadChoices>): WorkloadChoices {
  const choices = { ...firstChoices(image), ...changed };
  const faulty = findFaults(choices, true).flatMap(({ field, problem }) => [
    field.split('.')[0],
    problem === 'sharedVolume' ? 'replicas' : '',
  ]);
  if (faulty.length === 0) return choices;
  const kept = Object.entries(changed).filter(([field]) => !faulty.includes(field));
  assert.ok(kept.length < Object.keys(changed).length, `what the form begins with has a fault: ${faulty}`);
  return withoutFaults(image, Object.fromEntries(kept));
}

/** Answers as a registry that has one image, whatever it is called, of this configuration. */
function imageAnswers(config: object): (request: Request) => Response {
  const blob = JSON.stringify(config);
  const described = descriptorOf(blob, mediaTypes.ociConfig);
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config: described, layers: [] });
  return ({ url }) => {
    const body = url.includes('/manifests/') ? manifest : url.includes('/blobs/') ? blob : undefined;
    return new Response(body ?? '{}', { status: body === undefined ? 404 : 200, headers: { 'content-type': mediaTypes.ociManifest } });
  };
}

describe('manifests of workloads in a cluster', { skip }, () => {
  let kube: KubeApiserver;
  before(async () => {
    kube = await startKubeApiserver();
  });
  after(() => kube?.stop());

  /** As an administrator applies it, but that nothing is kept: unknown fields and wrong kinds are refused, and all that the server itself validates. */
  const tryYaml = (input: string, ...args: readonly string[]) =>
    kube.tryKubectl(['apply', '--dry-run=server', '--validate=strict', '--output=json', '--filename=-', ...args], { input });

  test('whatever has no fault is taken by the API server as it was meant', async () => {
    const cases = fc.sample(fc.tuple(images, changes), 80).map(([image, changed]) => ({ image, choices: withoutFaults(image, changed) }));
    // One call for all: each in a namespace's worth of names of its own.
    const named = cases.map(({ image, choices }, index) => ({
      image,
      choices: { ...choices, name: `w${index}-${choices.name}`.slice(0, 50).replace(/-+$/, '') },
    }));
    const { code, stdout, stderr } = await tryYaml(yamlOfAll(named.flatMap(({ image, choices }) => workloadManifests(image, choices))));
    assert.equal(code, 0, stderr);
    const taken = (JSON.parse(stdout) as { items: { kind: string; metadata: { name: string }; spec: Record<string, never> }[] }).items;
    for (const { image, choices } of named) {
      const workload = taken.find(({ kind, metadata }) => kind === choices.kind && metadata.name === choices.name);
      assert.ok(workload !== undefined);
      const { spec } =
        choices.kind === 'CronJob'
          ? (workload.spec['jobTemplate']?.['spec']['template'] ?? assert.fail())
          : (workload.spec['template'] ?? assert.fail());
      const [container] = spec['containers'] as unknown as [{ image: string; env?: unknown; args?: unknown }];
      assert.equal(container.image, `${image.repository}@${digest}`);
      const literals = choices.environment.flatMap((one) => ('value' in one ? [{ name: one.name, value: one.value }] : []));
      const answered = ((container.env ?? []) as { name: string; value?: string; valueFrom?: unknown }[]).filter(
        ({ valueFrom }) => valueFrom === undefined,
      );
      assert.deepEqual(
        answered.map(({ name, value = '' }) => ({ name, value })),
        literals,
      );
      assert.deepEqual(container.args ?? [], choices.arguments);
    }
  });

  const cart: WorkloadImage = {
    repository: 'registry.example.com/shop/cart',
    digest,
    tag: '1.4',
    platforms: [{ os: 'linux', architecture: 'amd64' }],
    user: '1000',
    ports: ['80/tcp', '9090/tcp'],
    volumes: [],
  };

  test('the pods of an image that is not root pass the strictest policy of clusters, low ports and volumes included', async () => {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    };
    await kube.kubectl(['create', '--filename=-'], JSON.stringify(namespace));
    const tryPod = (image: WorkloadImage, changed: Partial<WorkloadChoices> = {}) => {
      const workload = workloadManifests(image, { ...firstChoices(image), ...changed }).at(-1);
      const { spec } = (workload ?? assert.fail()).spec['template'] as { spec: object };
      return tryYaml(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }), '--namespace=strict');
    };
    const taken = await tryPod({ ...cart, volumes: ['/data'] });
    assert.equal(taken.code, 0, taken.stderr);
    assert.equal((await tryPod({ ...cart, user: 'nginx' }, { runAsUser: 101 })).code, 0);
    assert.match((await tryPod({ ...cart, user: '' })).stderr, /violates PodSecurity "restricted:latest".*runAsNonRoot/);
  });

  test('kustomize gives the workload the digest of its kustomization', async () => {
    const directory = join(kube.directory, 'kustomized');
    await mkdir(directory);
    const [choices, newer] = [firstChoices(cart), `sha256:${'6'.repeat(64)}`];
    await writeFile(join(directory, workloadFile), yamlOfAll(workloadManifests(cart, choices)));
    await writeFile(join(directory, 'kustomization.yaml'), kustomization({ ...cart, digest: newer }, { ...choices, namespace: 'shop' }));
    const built = await kube.kubectl(['kustomize', directory]);
    assert.match(built, new RegExp(`image: registry\\.example\\.com/shop/cart@${newer}\n`));
    assert.equal(built.match(/namespace: shop/g)?.length, 2);
  });

  test('a chart of Helm renders a workload that the API server takes, pinned by digest', async () => {
    const { directory } = kube;
    const env = { HOME: directory };
    await runProgram(programPath('helm'), ['create', join(directory, 'chart')], { env });
    const values = join(directory, 'values.yaml');
    await writeFile(values, helmValues(cart, { ...firstChoices(cart), replicas: 2, probe: 'http', pullSecret: 'registry' }));
    const rendered = await runProgram(
      programPath('helm'),
      ['template', 'cart', join(directory, 'chart'), '--values', values, '--skip-tests'],
      { env },
    );
    const { code, stdout, stderr } = await tryYaml(rendered.stdout);
    assert.equal(code, 0, stderr);
    const { items } = JSON.parse(stdout) as {
      items: { kind: string; spec: { replicas: number; template: { spec: { containers: [{ image: string }] } } } }[];
    };
    const deployment = items.find(({ kind }) => kind === 'Deployment');
    assert.equal(deployment?.spec.replicas, 2);
    assert.equal(deployment?.spec.template.spec.containers[0].image, `registry.example.com/shop/cart:1.4@${digest}`);
  });

  test('texts arrive as they were typed, also those that YAML takes for lines or does not take', async () => {
    const texts = ['\u0085', 'a\u2028b', 'a\nb\u2029', '\u007f', '\u009f', '\ufeff', '\ufffe', '\u0001', '\t', ' - ', 'a: b # c'];
    const choices = { ...firstChoices(cart), environment: texts.map((value, at) => ({ name: `A${at}`, value })) };
    const { code, stdout, stderr } = await tryYaml(yamlOfAll(workloadManifests(cart, choices).slice(-1)));
    assert.equal(code, 0, stderr);
    const { spec } = JSON.parse(stdout) as { spec: { template: { spec: { containers: [{ env: { value: string }[] }] } } } };
    assert.deepEqual(
      spec.template.spec.containers[0].env.map(({ value }) => value),
      texts,
    );
  });

  test('the API server takes what the command prints, of every kind, and as a kustomization and a chart', async () => {
    const config = { User: '1000', ExposedPorts: { '8080/tcp': {} }, Volumes: { '/data': {} }, Healthcheck: { Test: ['CMD', 'true'] } };
    const registry = imageAnswers({ os: 'linux', architecture: 'amd64', config });
    const deployed = async (line: string) => {
      const surroundings = recordedSurroundings(registry);
      const code = await main(['deploy', 'r.example/shop/cart:1.4', ...line.split(' ')], surroundings);
      assert.equal(code, 0, surroundings.errLines.join('\n'));
      return surroundings.outLines.join('\n');
    };
    const common = '--port 80:8080 --port dns=53/udp --env MODE=on --env-secret KEY=cart/key --pull-secret registry --memory-limit 1Gi';
    for (const [line, kinds] of [
      [`--kind Deployment ${common} --service LoadBalancer`, ['Deployment', 'PersistentVolumeClaim', 'Service']],
      [`--kind StatefulSet ${common} --replicas 3 --probe http`, ['Service', 'Service', 'StatefulSet']],
      [`--kind CronJob ${common} --schedule @daily --time-zone Asia/Shanghai`, ['CronJob', 'PersistentVolumeClaim']],
    ] as const) {
      const { code, stdout, stderr } = await tryYaml(await deployed(line));
      assert.equal(code, 0, `${line}: ${stderr}`);
      const { items } = JSON.parse(stdout) as { items: { kind: string; spec: Record<string, never> }[] };
      assert.deepEqual(items.map(({ kind }) => kind).toSorted(), kinds);
      assert.match(JSON.stringify(items), /"imagePullSecrets":\[\{"name":"registry"\}\]/);
    }
    const directory = join(kube.directory, 'printed');
    await mkdir(directory);
    await writeFile(join(directory, 'workload.yaml'), await deployed(common));
    await writeFile(join(directory, 'kustomization.yaml'), await deployed(`${common} --format kustomize --namespace default`));
    const built = await tryYaml(await kube.kubectl(['kustomize', directory]));
    assert.equal(built.code, 0, built.stderr);
    const [chart, values] = [join(directory, 'chart'), join(directory, 'values.yaml')];
    const env = { HOME: directory };
    await runProgram(programPath('helm'), ['create', chart], { env });
    await writeFile(values, await deployed(`${common} --format helm`));
    const rendered = await runProgram(programPath('helm'), ['template', 'cart', chart, '--values', values, '--skip-tests'], { env });
    const taken = await tryYaml(rendered.stdout);
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(taken.stdout, /"exec": \{\s*"command": \[\s*"true"/);
  });
});
