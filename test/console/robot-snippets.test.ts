import assert from 'node:assert/strict';
import { test } from 'node:test';
import { robotSnippets } from '../../packages/console/src/areas/projects/robot-snippets.ts';

const robot = { host: 'registry.example.com', userName: 'robot+team+ci' };
const textOf = (key: string, secret?: string) =>
  robotSnippets({ ...robot, ...(secret !== undefined && { secret }) }).find((one) => one.key === key)?.text ?? assert.fail(key);

test('the secret is in what one types, and never in what a pipeline keeps', () => {
  assert.equal(
    textOf('docker', 'lsr_abc'),
    "printf %s 'lsr_abc' | docker login registry.example.com --username robot+team+ci --password-stdin",
  );
  assert.match(textOf('kubernetes', 'lsr_abc'), /^kubectl create secret docker-registry team-ci-pull [\s\S]*--docker-password='lsr_abc'/);
  const [, inCluster] = robotSnippets({ ...robot, userName: 'robot+my__team+ci_pull' });
  assert.match(
    inCluster?.text ?? '',
    /docker-registry my--team-ci-pull-pull .*\n.*--docker-username=robot\+my__team\+ci_pull /,
    'names of Kubernetes',
  );
  for (const key of ['github', 'gitlab']) assert.doesNotMatch(textOf(key, 'lsr_abc'), /lsr_abc/);
});

test('without the secret it is read from a variable', () => {
  assert.match(textOf('docker'), /^printf %s "\$LONGSHORE_SECRET" \|/);
  assert.match(textOf('gitlab'), /- printf %s "\$LONGSHORE_SECRET" \| docker login registry\.example\.com/);
});
