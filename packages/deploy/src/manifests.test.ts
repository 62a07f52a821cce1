import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import {
  firstChoices,
  helmValues,
  kustomization,
  type WorkloadChoices,
  type WorkloadImage,
  workloadManifests,
  yamlOfAll,
} from './index.ts';
import { yamlOf } from './yaml-text.ts';

const image: WorkloadImage = {
  repository: 'registry.example.com/shop/cart',
  digest: `sha256:${'a'.repeat(64)}`,
  tag: '1.4',
  platforms: [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ],
  user: '1000:1000',
  ports: ['8080/tcp', '80', '8080', '9/nonsense'],
  volumes: ['/var/lib/cart'],
};

/** As a cluster sees it: the parts that are looked at here. */
interface SeenContainer {
  readonly image: unknown;
  readonly env: unknown;
  readonly securityContext: { readonly capabilities: unknown };
  readonly livenessProbe: { readonly periodSeconds: unknown; readonly failureThreshold: unknown };
  readonly readinessProbe: { readonly exec: { readonly command: unknown }; readonly tcpSocket: { readonly port: unknown } };
}
interface SeenTemplate {
  readonly metadata: { readonly annotations: unknown };
  readonly spec: {
    readonly nodeSelector: unknown;
    readonly securityContext: { readonly runAsNonRoot: unknown; readonly runAsUser: unknown };
    readonly containers: readonly [SeenContainer];
  };
}
interface SeenWorkload {
  readonly kind: unknown;
  readonly metadata: { readonly annotations: unknown };
  readonly spec: { readonly template: SeenTemplate; readonly jobTemplate: { readonly spec: { readonly template: SeenTemplate } } };
}

/** The workload, which is the last of the manifests. */
const made = (choices: Partial<WorkloadChoices> = {}, of: Partial<WorkloadImage> = {}): SeenWorkload => {
  const chosen = { ...image, ...of };
  const text = yamlOfAll(workloadManifests(chosen, { ...firstChoices(chosen), ...choices }));
  return parseAllDocuments(text, { version: '1.1' }).at(-1)?.toJS() ?? assert.fail('no manifests');
};

describe('manifests of workloads', () => {
  test('what runs is pinned by digest, and the tag is a note', () => {
    for (const kind of ['Deployment', 'StatefulSet', 'CronJob'] as const) {
      const workload = made({ kind });
      assert.equal(workload.kind, kind);
      const template = kind === 'CronJob' ? workload.spec.jobTemplate.spec.template : workload.spec.template;
      assert.equal(template.spec.containers[0].image, `registry.example.com/shop/cart@sha256:${'a'.repeat(64)}`);
      assert.deepEqual(workload.metadata.annotations, { 'longshore.dev/image-tag': '1.4' });
      assert.equal(template.metadata.annotations, undefined);
    }
  });

  test('what an image says is what the form begins with', () => {
    const choices = firstChoices(image);
    assert.deepEqual(
      choices.ports.map(({ name, port }) => [name, port]),
      [
        ['http', 80],
        ['http-8080', 8080],
      ],
    );
    assert.equal(choices.name, 'cart');
    assert.equal(choices.volumes[0]?.path, '/var/lib/cart');
    assert.equal(firstChoices({ ...image, repository: 'r.example/x/9.._Lives' }).name, 'lives');
    assert.equal(firstChoices({ ...image, repository: 'r.example/x/42' }).name, 'app');
  });

  test('root is refused where the cluster can tell, and only there', () => {
    const securityOf = (user: string, choices: Partial<WorkloadChoices> = {}) => made(choices, { user }).spec.template.spec;
    const numbered = securityOf('1000');
    assert.equal(numbered.securityContext.runAsNonRoot, true);
    assert.deepEqual(numbered.containers[0].securityContext.capabilities, { drop: ['ALL'] });
    for (const user of ['', 'root', '0', '0:0', 'www-data', '99999999999']) {
      const other = securityOf(user);
      assert.equal(other.securityContext.runAsNonRoot, undefined, user);
      assert.equal(other.containers[0].securityContext.capabilities, undefined, user);
    }
    assert.deepEqual(securityOf('www-data', { runAsUser: 33 }).securityContext.runAsUser, 33);
    assert.equal(securityOf('www-data', { runAsUser: 33 }).securityContext.runAsNonRoot, true);
    assert.equal(securityOf('1000', { runAsUser: 0 }).securityContext.runAsNonRoot, undefined);
  });

  test('an image for one platform goes to nodes of it', () => {
    const [one] = image.platforms;
    const spec = made({}, { platforms: one === undefined ? [] : [one] }).spec.template.spec;
    assert.deepEqual(spec.nodeSelector, { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' });
    assert.equal(made().spec.template.spec.nodeSelector, undefined);
  });

  test('the health check of an image is how Kubernetes looks', () => {
    const healthCheck = { test: ['CMD-SHELL', 'curl -f localhost || exit 1'], intervalSeconds: 7, retries: 5 };
    const container = made({}, { healthCheck }).spec.template.spec.containers[0];
    assert.deepEqual(container.readinessProbe.exec.command, ['/bin/sh', '-c', 'curl -f localhost || exit 1']);
    assert.equal(container.livenessProbe.periodSeconds, 7);
    const ofShell = { test: ['CMD-SHELL', 'test "$(cat /run/pid)" = $$ && echo $HOME $$$ $$(PORT)'] };
    const asked = made({}, { healthCheck: ofShell }).spec.template.spec.containers[0];
    const written = 'test "$$(cat /run/pid)" = $$$$ && echo $HOME $$$$$$ $$$$(PORT)';
    assert.deepEqual(asked.readinessProbe.exec.command, ['/bin/sh', '-c', written], 'Kubernetes puts its own for some signs');
    assert.equal(container.livenessProbe.failureThreshold, 5);
    assert.equal(made({}, { healthCheck: { test: ['NONE'] } }).spec.template.spec.containers[0].readinessProbe.tcpSocket.port, 80);
  });

  test('whatever a variable holds arrives as the text that was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => assert.deepEqual(parse(yamlOf({ value }), { version: '1.1' }), { value })),
    );
    const environment = ['on', 'no', '012', '1e3', '~', '0o7', '1:30', '2001-01-01', '=', '<<', '- a', '#', '%YAML 1.1', '---'].map(
      (value, index) => ({ name: `A${index}`, value }),
    );
    assert.deepEqual(made({ environment }).spec.template.spec.containers[0].env, environment);
    // Of these kubectl makes numbers, and what reads strict YAML 1.1 stops at the sign.
    for (const value of ['0o755', '0O17', '0X1F', '-0B101', '-_1', '1e_3', '=']) assert.equal(yamlOf({ value }), `value: "${value}"\n`);
    assert.equal(yamlOf({ values: ['1.2.3', '0o9z', 'a=b'] }), 'values:\n  - 1.2.3\n  - 0o9z\n  - a=b\n');
  });

  test('a kustomization and values of Helm name the same digest', () => {
    assert.match(kustomization(image, firstChoices(image)), /digest: sha256:a{64}/);
    assert.match(helmValues(image, firstChoices(image)), /tag: 1\.4@sha256:a{64}/);
  });
});
