import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSearch, searchOf, sidesIn } from '../../packages/console/src/areas/compare/compare-search.ts';

test('the address of a comparison holds what is chosen on both sides, whatever was typed as a version', () => {
  for (const reference of [undefined, '1.0', `sha256:${'a'.repeat(64)}`, '1.0+build', 'sha256:none', 'two words']) {
    const from = { repository: 'team/app', ...(reference !== undefined && { reference }) };
    const to = { repository: 'other', reference: 'latest', platform: 'linux/arm64' };
    assert.deepEqual(sidesIn(compareSearch({ ...searchOf({ from, to }) })), { from, to });
  }
});

test('what does not fit in an address is left out', () => {
  assert.deepEqual(compareSearch({ tab: 'none', change: 'moved', from: '', file: 12, other: 'x' }), { file: '12' });
  assert.deepEqual(sidesIn({ from: 'No/Repository:1' }), { from: undefined, to: undefined });
});
