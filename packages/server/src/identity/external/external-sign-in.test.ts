import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostExternalGroups } from '../../registry/ports/external-account-store.ts';
import type { ExternalIdentity } from '../../registry/ports/sign-in.ts';
import { type AdmissionRules, admit } from './external-sign-in.ts';

const rules: AdmissionRules = { createUsers: true, groupPrefix: '', groups: ['*'], administratorGroup: undefined, recheckMs: undefined };
const identity: ExternalIdentity = { provider: 'idp', externalId: '1', wantedName: 'Alice', email: undefined, groups: [] };
const groupsOf = (groups: string[], parts: Partial<AdmissionRules> = {}) =>
  admit({ ...identity, groups }, { ...rules, ...parts }, 0).groups.map(({ externalName, names }) => [externalName, names[0]]);

test('only groups that the settings name are taken, with the prefix, each once, in any order', () => {
  assert.deepEqual(groupsOf(['/dev/web', 'x', '/dev/api', '/dev/web'], { groups: ['/dev/*', 'y'], groupPrefix: 'kc-' }), [
    ['/dev/api', 'kc-dev-api'],
    ['/dev/web', 'kc-dev-web'],
  ]);
  assert.deepEqual(groupsOf(['', 'a\u0000b', 'x'.repeat(256), 'ok']), [['ok', 'ok']]);
});

test('nobody brings more groups than the limit', () => {
  assert.equal(groupsOf(Array.from({ length: 500 }, (_, index) => `g${index}`)).length, mostExternalGroups);
});

test('who administers is said by the one group, also when it is not taken, or by nobody', () => {
  const administers = (groups: string[], parts: Partial<AdmissionRules>) =>
    admit({ ...identity, groups }, { ...rules, ...parts }, 0).administrator?.isMember;
  assert.equal(administers(['root'], {}), undefined);
  assert.equal(administers(['root'], { administratorGroup: 'root', groups: ['dev'] }), true);
  assert.equal(administers(['Root', 'roots'], { administratorGroup: 'root' }), false);
});

test('the provider is asked again after the time that the settings say', () => {
  assert.equal(admit(identity, { ...rules, recheckMs: 900 }, 100).checkAfter, 1000);
  assert.equal(admit(identity, rules, 100).checkAfter, undefined);
});
