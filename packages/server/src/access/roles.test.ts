import assert from 'node:assert/strict';
import test from 'node:test';
import { roles } from '../registry/ports/account-store.ts';
import { actions } from '../registry/ports/authorizer.ts';
import { anonymousActions, roleActions, rolesThatAllow } from './roles.ts';

const table = `
             reader creator writer maintainer  none pull push
pull         yes    yes     yes    yes         -    yes  yes
push         -      yes     yes    yes         -    -    yes
update       -      -       yes    yes         -    -    yes
delete       -      -       -      yes         -    -    yes
list         yes    yes     yes    yes         -    yes  yes
administer   -      -       -      -           -    -    -
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

test('CVE-2026-61833: delete is its own action, which no role but maintainer has', () => {
  assert.deepEqual(rolesThatAllow('delete'), ['maintainer']);
  assert.deepEqual(rolesThatAllow('pull'), [...roles]);
  assert.deepEqual(rolesThatAllow('administer'), []);
});
