import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instructionOf, stepsOf } from './history-steps.ts';
import { readConfig } from './image-config.ts';

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('what a config says is shown under our names', () => {
  const read = readConfig(
    bytes({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      config: {
        User: '1000',
        WorkingDir: '/srv',
        Entrypoint: ['/bin/sh'],
        Cmd: null,
        Env: ['PATH=/bin', 7],
        ExposedPorts: { '80/tcp': {} },
        Labels: { a: 'b', broken: 1 },
        Healthcheck: { Test: ['CMD', 'check'], Interval: 1_500_000_000, Timeout: 0, Retries: 4 },
      },
      history: [{ created_by: 'ADD file', empty_layer: true }, null],
    }),
  );
  assert.deepEqual(read?.config, {
    os: 'linux',
    architecture: 'arm64',
    variant: 'v8',
    user: '1000',
    workingDirectory: '/srv',
    entrypoint: ['/bin/sh'],
    command: [],
    environment: ['PATH=/bin'],
    exposedPorts: ['80/tcp'],
    volumes: [],
    labels: { a: 'b' },
    healthCheck: { test: ['CMD', 'check'], intervalSeconds: 2, retries: 4 },
  });
  assert.deepEqual(read?.history, [
    { createdBy: 'ADD file', isEmptyLayer: true },
    { createdBy: '', isEmptyLayer: false },
  ]);
});

test('a health check that is none is left out', () => {
  for (const healthCheck of [{ Test: ['NONE'] }, { Test: ['CMD'] }, { Test: [] }, { Interval: 1 }, 'CMD true', null])
    assert.equal(readConfig(bytes({ config: { Healthcheck: healthCheck } }))?.config.healthCheck, undefined, JSON.stringify(healthCheck));
});

test('whatever a config is, it is read or none', () => {
  fc.assert(fc.property(fc.json(), (text) => void readConfig(new TextEncoder().encode(text))));
  for (const text of ['', '[]', '{', '\xff', '['.repeat(100_000)]) assert.equal(readConfig(Buffer.from(text, 'latin1')), undefined);
});

const lines: readonly (readonly [written: string, shown: string])[] = [
  ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
  ['/bin/sh -c #(nop) ADD file:4b03b5f in / ', 'ADD file:4b03b5f in /'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
  ['RUN |2 A=1 B=2 /bin/sh -c make $A # buildkit', 'RUN make $A'],
  ['|1 VERSION=1.2 3 /bin/sh -c make', 'RUN make'],
  ['COPY /src /app # buildkit', 'COPY /src /app'],
  ['CMD ["nginx"]', 'CMD ["nginx"]'],
  ["# debian.sh --arch 'amd64'", "# debian.sh --arch 'amd64'"],
  ['RUN /bin/bash -o pipefail -c a | b # buildkit', 'RUN /bin/bash -o pipefail -c a | b'],
  ['bazel build //a', 'bazel build //a'],
  ['', ''],
];
for (const [written, shown] of lines) test(`shown as ${shown}`, () => assert.equal(instructionOf(written), shown));

test('steps know their layers when there are as many as the history says', () => {
  const history = [
    { createdBy: 'ADD a', isEmptyLayer: false },
    { createdBy: 'ENV a=b', isEmptyLayer: true },
    { createdBy: 'COPY b', isEmptyLayer: false },
  ];
  assert.deepEqual(
    stepsOf(history, ['one', 'two']).map(({ layer }) => layer),
    ['one', undefined, 'two'],
  );
  assert.deepEqual(
    stepsOf(history, ['one']).map(({ layer }) => layer),
    [undefined, undefined, undefined],
  );
});
