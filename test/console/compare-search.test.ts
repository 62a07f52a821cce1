import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesMeant } from '../../packages/console/src/api/image-name.ts';
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
  assert.deepEqual(compareSearch({ cancelled: true }), { cancelled: true });
  assert.deepEqual(compareSearch({ cancelled: 'x' }), {});
  assert.deepEqual(sidesIn({ from: 'No/Repository:1' }), { from: undefined, to: undefined });
});

test('a pasted name is read as commands have it, with tag, digest and the address of a registry', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  const app = { repository: 'team/app' };
  assert.deepEqual(namesMeant(' team/app '), [app]);
  assert.deepEqual(namesMeant('team/app:1.0'), [{ ...app, reference: '1.0' }]);
  assert.deepEqual(namesMeant(`team/app:1.0@${digest}`), [{ ...app, reference: digest }]);
  assert.deepEqual(namesMeant(`localhost:5000/team/app@${digest}`), [{ ...app, reference: digest }]);
  assert.deepEqual(namesMeant('https://127.0.0.1:5000/team/app:1'), [{ ...app, reference: '1' }]);
  assert.deepEqual(namesMeant('example.com/team/app'), [{ repository: 'example.com/team/app' }, app]);
  for (const none of ['', 'Team App', 'team/app:', 'host:1/']) assert.deepEqual(namesMeant(none), []);
});
