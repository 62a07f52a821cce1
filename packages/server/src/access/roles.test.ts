import assert from 'node:assert/strict';
import test from 'node:test';
import { actionsOf, maskOf } from '../registry/action-mask.ts';
import { roles } from '../registry/ports/account-store.ts';
import { type Action, actions } from '../registry/ports/authorizer.ts';
import { anonymousActions, roleActions } from './roles.ts';

const table = `
             reader creator writer maintainer owner  none pull push
pull         yes    yes     yes    yes        yes    -    yes  yes
push         -      yes     yes    yes        yes    -    -    yes
update       -      -       yes    yes        yes    -    -    yes
delete       -      -       -      yes        yes    -    -    yes
list         yes    yes     yes    yes        yes    -    yes  yes
promote      -      -       -      yes        yes    -    -    -
configure    -      -       -      yes        yes    -    -    -
audit        -      -       -      yes        yes    -    -    -
administer   -      -       -      -          yes    -    -    -
`;

test('the table of roles and anonymous settings', () => {
  const allowed: Record<string, readonly string[]> = { ...roleActions, ...anonymousActions };
  const [header = '', ...rows] = table.trim().split('\n');
  const columns = header.trim().split(/\s+/);
  assert.deepEqual(columns, Object.keys(allowed));
  assert.deepEqual(
    rows.map((row) => row.split(/\s+/)[0]),
    [...actions],
  );
  for (const row of rows) {
    const [action = '', ...cells] = row.trim().split(/\s+/);
    assert.deepEqual(
      cells,
      columns.map((column) => (allowed[column]?.includes(action) ? 'yes' : '-')),
      row,
    );
  }
});

test('CVE-2026-61833: delete is its own action, which comes with no role below maintainer', () => {
  assert.deepEqual(
    roles.filter((role) => roleActions[role].includes('delete')),
    ['maintainer', 'owner'],
  );
});

test('the bits of stored roles stay what they are', () => {
  const bits = { pull: 1, push: 2, update: 4, delete: 8, list: 16, promote: 32, configure: 64, audit: 128, administer: 256 };
  for (const [action, bit] of Object.entries(bits)) assert.equal(maskOf([action as Action]), bit, action);
  for (const role of roles) assert.deepEqual(new Set(actionsOf(maskOf(roleActions[role]))), new Set(roleActions[role]));
});
