import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isCronSchedule } from './cron-schedule.ts';
import { findFaults, firstChoices, type WorkloadChoices } from './index.ts';
import { readQuantity } from './quantity.ts';

const first = firstChoices({
  repository: 'registry.example.com/shop/cart',
  digest: `sha256:${'a'.repeat(64)}`,
  platforms: [],
  user: '',
  ports: ['80/tcp'],
  volumes: ['/data'],
});

const faultsOf = (changed: Partial<WorkloadChoices>) =>
  findFaults({ ...first, ...changed }, false).map(({ field, problem }) => `${field}: ${problem}`);

const [port, volume] = [first.ports[0], first.volumes[0]];
assert.ok(port !== undefined && volume !== undefined);

describe('faults of choices', () => {
  test('what an image begins with has none', () => {
    for (const kind of ['Deployment', 'StatefulSet', 'CronJob'] as const) assert.deepEqual(faultsOf({ kind }), []);
  });

  const refused: readonly [Partial<WorkloadChoices>, readonly string[]][] = [
    [{ name: '9lives' }, ['name: name']],
    [{ kind: 'CronJob', name: 'a'.repeat(53) }, ['name: nameLength']],
    [{ namespace: 'Shop' }, ['namespace: namespace']],
    [{ replicas: -1 }, ['replicas: replicas']],
    [{ replicas: 2 }, ['volumes.0.accessMode: sharedVolume']],
    [{ ports: [{ ...port, port: 70_000 }] }, ['ports.0.port: port']],
    [{ ports: [{ ...port, name: 'a-name-too-long-for' }] }, ['ports.0.name: portName']],
    [{ ports: [port, { ...port, name: 'other' }] }, ['ports.1.name: portTwice']],
    [{ ports: [] }, ['probe: probePort']],
    [{ probe: 'command' }, ['probe: probeCommand']],
    [{ probe: 'http', probePath: 'health' }, ['probePath: probePath']],
    [{ environment: [{ name: '1', value: '' }] }, ['environment.0.name: variable']],
    [
      {
        environment: [
          { name: 'A', value: '' },
          { name: 'A', value: '' },
        ],
      },
      ['environment.1.name: variableTwice'],
    ],
    [{ environment: [{ name: 'A', secret: 'S', key: '..' }] }, ['environment.0.secret: secret', 'environment.0.key: secretKey']],
    [{ resources: { ...first.resources, cpuRequest: '1 core' } }, ['resources.cpuRequest: quantity']],
    [{ resources: { ...first.resources, cpuLimit: '50m' } }, ['resources.cpuLimit: limit']],
    [{ resources: { ...first.resources, memoryLimit: '0' } }, ['resources.memoryLimit: quantity', 'resources.memoryLimit: limit']],
    [{ pullSecret: 'a_b' }, ['pullSecret: secret']],
    [{ volumes: [{ ...volume, path: '/a/../b' }] }, ['volumes.0.path: path']],
    [{ volumes: [volume, { ...volume, name: 'other' }] }, ['volumes.1.path: pathTwice']],
    [{ runAsUser: -1 }, ['runAsUser: user']],
    [{ kind: 'CronJob', schedule: '60 * * * *' }, ['schedule: schedule']],
    [{ kind: 'CronJob', timeZone: 'Nowhere/Land' }, ['timeZone: timeZone']],
  ];
  for (const [changed, expected] of refused) {
    test(`${JSON.stringify(changed).slice(0, 80)} is refused at its field`, () => assert.deepEqual(faultsOf(changed), expected));
  }

  test('schedules', () => {
    for (const right of ['0 3 * * *', '*/5 0-6,12 1 jan-MAR ?', '@daily', '0 0 * * sun', '5/15 * * * 1-5/2'])
      assert.ok(isCronSchedule(right), right);
    for (const wrong of [
      '',
      '* * * *',
      '* * * * * *',
      '0 24 * * *',
      '0 0 0 * *',
      '0 0 * * 7',
      '5-1 * * * *',
      '@every',
      '*/0 * * * *',
      '1- * * * *',
    ]) {
      assert.ok(!isCronSchedule(wrong), wrong);
    }
  });

  test('quantities', () => {
    assert.deepEqual(['250m', '1.5', '128Mi', '2k'].map(readQuantity), [0.25, 1.5, 134_217_728, 2000]);
    for (const wrong of ['', '-1', '1 Gi', '1KB', 'Gi', '1e3', '0x10', '1,5']) assert.equal(readQuantity(wrong), undefined, wrong);
  });
});
