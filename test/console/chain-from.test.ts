import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainFrom } from '../../packages/console/src/areas/projects/chain-from.ts';

const places = new Map([
  ['dev', { promotesTo: 'test', promotedFrom: [] }],
  ['test', { promotesTo: 'prod', promotedFrom: ['dev', 'nightly'] }],
  ['prod', { promotedFrom: ['test'] }],
  ['a', { promotesTo: 'b', promotedFrom: ['b'] }],
  ['b', { promotesTo: 'a', promotedFrom: ['a'] }],
]);
const ask = async (name: string) => places.get(name) ?? assert.fail(name);

test('a chain is followed to its end, from wherever one stands in it', async () => {
  assert.deepEqual(await chainFrom('test', ask), { before: ['dev', 'nightly'], from: ['test', 'prod'] });
  assert.deepEqual(await chainFrom('prod', ask), { before: ['test'], from: ['prod'] });
});

test('what goes in a circle ends', async () => {
  assert.deepEqual((await chainFrom('a', ask)).from, ['a', 'b']);
});
