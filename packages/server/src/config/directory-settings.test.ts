import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from './load.ts';

const base = { name: 'corp', urls: ['ldaps://ldap.example'], userBase: 'dc=example' };
const load = (...entries: object[]) => loadConfig([], { LONGSHORE_SIGN_IN_LDAP: JSON.stringify(entries) }, () => '');

function problemOf(...entries: object[]): string {
  const loaded = load(...entries);
  assert.ok('problems' in loaded, 'it was accepted');
  return loaded.problems.map(({ message }) => message).join('\n');
}

test('three settings make a directory', () => {
  const loaded = load(base);
  assert.ok('config' in loaded, JSON.stringify(loaded));
  const [directory] = loaded.config.signIn.ldap;
  assert.deepEqual([directory?.idAttribute, directory?.timeoutSeconds, directory?.recheckMinutes], ['entryUUID', 2.5, 15]);
});

test('passwords in the clear are refused, but on this host when it is asked for', () => {
  assert.match(problemOf({ ...base, urls: ['ldap://ldap.example'] }), /passwords would be sent in the clear/);
  assert.match(problemOf({ ...base, urls: ['ldap://ldap.example'], allowPlain: true }), /passwords would be sent in the clear/);
  assert.match(problemOf({ ...base, urls: ['ldaps://a.example', 'ldap://localhost'] }), /passwords would be sent in the clear/);
  assert.ok('config' in load({ ...base, urls: ['ldap://127.0.0.1:389'], allowPlain: true }));
  assert.ok('config' in load({ ...base, urls: ['ldap://ldap.example'], startTls: true }));
});

test('what cannot work is refused', () => {
  assert.match(problemOf({ ...base, bindDn: 'cn=reader' }), /bindDn and bindPasswordFile go together/);
  assert.match(problemOf({ ...base, bindDn: 'EXTERNAL', bindPasswordFile: 'f' }), /bindDn must be a distinguished name/);
  assert.match(problemOf({ ...base, nestedGroups: true }), /nestedGroups needs a groupFilter/);
  assert.match(problemOf({ ...base, groupFilter: '(member={dn})' }), /groupFilter needs groupBase/);
  assert.match(problemOf({ ...base, userFilter: '(uid=alice)' }), /userFilter must be a filter .* with \{name\}/);
  assert.match(problemOf({ ...base, urls: ['ldaps://user:secret@ldap.example/dc=x'] }), /urls/);
  assert.match(problemOf(base, base), /names of providers and directories must differ/);
});
