import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { maskOf } from '../../registry/action-mask.ts';
import { namesFor } from '../../registry/external-names.ts';
import { actions } from '../../registry/ports/authorizer.ts';
import type { AdmittedIdentity } from '../../registry/ports/external-account-store.ts';
import { newUser, rolesOn } from './access.ts';
import type { OpenStore, StoreSteps } from './contract-steps.ts';
import { app, by, storeTest } from './contract-steps.ts';

const everything = { limit: 99, after: undefined };

/** What a provider says of somebody, with the usual settings. */
function identity(
  externalId: string,
  parts: Partial<Omit<AdmittedIdentity, 'groups' | 'administrator'>> & { groups?: readonly string[]; administrator?: boolean } = {},
) {
  const { groups = [], externalName = externalId, provider = 'idp', administrator, ...rest } = parts;
  return {
    provider,
    externalId,
    externalName,
    email: undefined,
    createUsers: true,
    names: namesFor(externalName, `${provider} ${externalId}`, 'user'),
    groups: groups.map((name) => ({ externalName: name, names: namesFor(name, `${provider} ${name}`, 'group') })),
    administrator: administrator === undefined ? undefined : { group: 'admins', isMember: administrator },
    renewal: undefined,
    checkAfter: undefined,
    ...rest,
  };
}

/** Steps of people who come from elsewhere. */
function begin({ store, at }: StoreSteps) {
  const tryIn = (...parts: Parameters<typeof identity>) => store.signInExternal({ ...identity(...parts), by, at });
  const signIn = async (...parts: Parameters<typeof identity>) => {
    const outcome = await tryIn(...parts);
    assert.ok(outcome.kind === 'user', outcome.kind);
    return outcome.user;
  };
  const membersOf = async (group: string) => (await store.listGroupMembers(group, everything))?.items.map(({ name }) => name);
  const linksOf = async (userId: number) => (await store.listIdentityLinks(userId, everything)).items;
  const end = (externalId: string) => store.endExternal({ provider: 'idp', externalId, decidesAdministrators: false, by, at });
  return { tryIn, signIn, membersOf, linksOf, end };
}

/** Users who come from elsewhere, and their groups there. */
export function describeExternalAccounts(open: OpenStore): void {
  describe('external accounts', () => {
    storeTest(open, 'somebody is known by provider and id alone, whatever they are called', async (steps) => {
      const { at } = steps;
      const local = await newUser(steps, 'alice');
      const { signIn, tryIn, linksOf } = begin(steps);
      const user = await signIn('1', { externalName: 'Alice', email: 'alice@example.test' });
      assert.deepEqual(user, {
        id: user.id,
        name: 'alice-2',
        administrator: false,
        disabled: false,
        passwordHash: undefined,
        version: 1,
        secondFactor: false,
      });
      assert.notEqual(user.id, local.id);
      assert.deepEqual(await signIn('1', { externalName: 'renamed', createUsers: false }), user);
      assert.notEqual((await signIn('1', { provider: 'other', externalName: 'alice' })).id, user.id);
      assert.deepEqual(await tryIn('2', { externalName: 'alice', email: 'alice@example.test', createUsers: false }), {
        kind: 'not-admitted',
      });
      const [link, ...rest] = await linksOf(user.id);
      assert.deepEqual(rest, []);
      const expected = { provider: 'idp', externalId: '1', externalName: 'renamed', email: undefined, createdAt: at, lastSeenAt: at };
      assert.deepEqual(link, { id: link?.id, ...expected });
      assert.deepEqual(await linksOf(local.id), []);
    });

    storeTest(open, 'what providers call somebody is read as they said it last, of linked ones alone', async (steps) => {
      const { store, at } = steps;
      const { signIn, linksOf, membersOf } = begin(steps);
      const user = await signIn('1', { externalName: 'alice', groups: ['dev', 'Ops'] });
      const other = await signIn('1', { provider: 'other', externalName: 'alice', groups: ['admins'] });
      await signIn('2', { externalName: 'bob', groups: ['qa'] });
      assert.deepEqual(await store.findExternalNames(user.id), [{ provider: 'idp', name: 'alice', groups: ['Ops', 'dev'] }]);
      assert.deepEqual(await store.findExternalNames(other.id), [{ provider: 'other', name: 'alice', groups: ['admins'] }]);
      await signIn('1', { externalName: 'alice.b', groups: ['dev'] });
      assert.deepEqual(await store.findExternalNames(user.id), [{ provider: 'idp', name: 'alice.b', groups: ['dev'] }]);
      await store.createGroup({ name: 'by-hand', by, at });
      await store.addGroupMember({ group: 'by-hand', user: user.name, actions: maskOf(actions), by, at });
      assert.deepEqual(await membersOf('by-hand'), [user.name]);
      assert.deepEqual((await store.findExternalNames(user.id))[0]?.groups, ['dev']);
      const [link] = await linksOf(user.id);
      await store.unlinkIdentity({ userId: user.id, id: link?.id ?? 0, by, at });
      assert.deepEqual(await store.findExternalNames(user.id), []);
    });

    storeTest(open, 'names that are all taken leave the last, which is nobody else his', async (steps) => {
      const { signIn } = begin(steps);
      const names = new Set<string>();
      for (let round = 0; round < 12; round += 1) names.add((await signIn(String(round), { externalName: 'kim' })).name);
      assert.equal(names.size, 12);
      assert.ok(names.has('kim') && names.has('kim-9'));
    });

    storeTest(open, 'the first login of a person, many times at once, makes one user and its groups once', async (steps) => {
      const { store } = steps;
      const { signIn, membersOf } = begin(steps);
      for (let round = 0; round < 10; round += 1) {
        const logins = Array.from({ length: 6 }, () => signIn(`p${round}`, { externalName: 'same', groups: [`a${round}`, `b${round}`] }));
        const users = await Promise.all(logins);
        assert.equal(new Set(users.map(({ id }) => id)).size, 1, `round ${round}`);
        assert.deepEqual(await membersOf(`a${round}`), [users[0]?.name]);
      }
      assert.equal((await store.listUsers()).length, 10, 'nobody is left over');
    });

    storeTest(open, 'two people of one name at once, who bring the same groups, become two users', async (steps) => {
      const { signIn, membersOf } = begin(steps);
      for (let round = 0; round < 10; round += 1) {
        const groups = [`x${round}`, `y${round}`];
        const people = ['l', 'r'].map((side) =>
          signIn(`${side}${round}`, { externalName: 'twin', groups: side === 'l' ? groups : groups.toReversed() }),
        );
        const users = await Promise.all(people);
        assert.deepEqual(new Set(await membersOf(`y${round}`)), new Set(users.map(({ name }) => name)));
      }
    });

    storeTest(open, 'groups of the provider are replaced at each login, never added (CVE-2025-23208)', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      await store.createGroup({ name: 'by-hand', by, at });
      const user = await signIn('1', { externalName: 'alice', groups: ['Dev', 'ops'] });
      await store.addGroupMember({ group: 'by-hand', user: user.name, actions: maskOf(actions), by, at });
      await signIn('1', { provider: 'other', groups: ['ops'] });
      assert.deepEqual([await membersOf('dev'), await membersOf('ops'), await membersOf('ops-2')], [['alice'], ['alice'], ['1']]);
      await signIn('1', { groups: ['ops', 'new'] });
      assert.deepEqual([await membersOf('dev'), await membersOf('ops'), await membersOf('new')], [[], ['alice'], ['alice']]);
      await signIn('1');
      assert.deepEqual([await membersOf('ops'), await membersOf('new'), await membersOf('ops-2')], [[], [], ['1']]);
      assert.deepEqual(await membersOf('by-hand'), ['alice'], 'what somebody gave by hand, nobody but they take');
    });

    storeTest(open, 'a claim never leads into a group made by hand, for another provider, or of nearly the same name', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      await store.createGroup({ name: 'administrators', by, at });
      await signIn('1', { externalName: 'eve', groups: ['administrators', 'Administrators', 'administrators!'] });
      assert.deepEqual(await membersOf('administrators'), []);
      await signIn('2', { externalName: 'mallory', groups: ['Team A'] });
      await signIn('3', { externalName: 'bob', groups: ['team-a'] });
      assert.deepEqual([await membersOf('team-a'), await membersOf('team-a-2')], [['mallory'], ['bob']]);
      await store.createGroup({ name: 'ready', provider: 'idp', externalName: '/ready', by, at });
      await signIn('1', { groups: ['/ready'] });
      assert.deepEqual(await membersOf('ready'), ['eve']);
      assert.deepEqual(
        await store.addGroupMember({ group: 'ready', user: 'bob', actions: maskOf(actions), by, at }),
        'of-provider',
        'nor by hand into one of a provider, which the next login would undo',
      );
    });

    storeTest(open, 'the disabled stay out, and nothing of theirs changes', async (steps) => {
      const { store, at } = steps;
      const { signIn, tryIn, membersOf } = begin(steps);
      const user = await signIn('1', { externalName: 'alice', groups: ['dev'], renewal: 'sealed', checkAfter: at });
      await store.updateUser({ id: user.id, disabled: true, at });
      assert.deepEqual(await store.claimDueLinks({ provider: 'idp', at, until: at, limit: 9 }), [], 'nor is anybody asked about them');
      const outcome = await tryIn('1', { groups: ['ops'], administrator: true });
      assert.deepEqual(outcome, { kind: 'disabled', user: { ...user, disabled: true, version: 2 } });
      assert.deepEqual([await membersOf('dev'), await membersOf('ops')], [['alice'], undefined]);
    });

    storeTest(open, 'who is enabled again is asked about again, at once', async (steps) => {
      const { store, at } = steps;
      const { signIn } = begin(steps);
      const { id } = await signIn('1', { externalName: 'alice', checkAfter: at + 900 });
      await store.updateUser({ id, disabled: true, at });
      await store.updateUser({ id, disabled: false, at: at + 1 });
      const claim = async () => {
        const links = await store.claimDueLinks({ provider: 'idp', at: at + 1, until: at + 900, limit: 9 });
        return links.map(({ userId }) => userId);
      };
      assert.deepEqual(await claim(), [id], 'with access tokens they may never log in again');
      await store.updateUser({ id, disabled: false, at: at + 1 });
      assert.deepEqual(await claim(), [], 'whoever is looked after already is not asked about for it');
    });

    storeTest(open, 'the last owner of a project loses the group all the same', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      const owner = await newUser(steps, 'owner');
      await steps.begin(app);
      await store.setProjectRole({ userId: owner.id, project: 'team', role: 'owner', by, at });
      const user = await signIn('1', { externalName: 'alice', groups: ['owners'] });
      const authority = { actions: maskOf(actions), mayOrphan: false };
      const range = { low: 'team', high: 'team/{', pattern: '**' };
      await store.addMember({ scope: 'team', subject: { kind: 'group', name: 'owners' }, role: 'owner', ...range, authority, by, at });
      assert.deepEqual(await rolesOn(store, { kind: 'user', id: user.id }, 'team'), ['owner']);
      await store.setProjectRole({ userId: owner.id, project: 'team', role: undefined, by, at });
      await signIn('1');
      assert.deepEqual(await membersOf('owners'), []);
      assert.deepEqual(await rolesOn(store, { kind: 'user', id: user.id }, 'team'), []);
    });

    storeTest(open, 'who administers follows the provider where it says so, and ends what was issued', async (steps) => {
      const { store } = steps;
      const { signIn } = begin(steps);
      const plain = await signIn('1', { externalName: 'alice' });
      const raised = await signIn('1', { administrator: true });
      assert.deepEqual(raised, { ...plain, administrator: true, version: 2 });
      assert.deepEqual(await signIn('1'), raised);
      assert.deepEqual(await signIn('1', { administrator: false }), { ...plain, version: 3 });
      assert.deepEqual(await store.findUser({ id: plain.id }), { ...plain, version: 3 });
    });

    storeTest(open, 'a provider that vouches no more takes its groups and standing along', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf, end } = begin(steps);
      const user = await signIn('1', { externalName: 'alice', groups: ['dev'], administrator: true, renewal: 'sealed', checkAfter: 5 });
      assert.equal(await end('nobody'), false);
      const stale = { provider: 'idp', externalId: '1', decidesAdministrators: true, ifRenewal: 'of before the last login' };
      assert.equal(await store.endExternal({ ...stale, by, at }), false);
      assert.deepEqual(await membersOf('dev'), ['alice']);
      assert.equal(await store.endExternal({ ...stale, ifRenewal: 'sealed', by, at }), true);
      assert.deepEqual(await membersOf('dev'), []);
      assert.deepEqual(await store.findUser({ id: user.id }), { ...user, administrator: false, version: user.version + 2 });
      assert.equal(await end('1'), true, 'again is no harm');
      assert.deepEqual(await store.claimDueLinks({ provider: 'idp', at: 10, until: 20, limit: 9 }), []);
      assert.equal((await signIn('1', { groups: ['dev'] })).id, user.id, 'the link stays');
    });

    storeTest(open, 'who is suspended is in again with the next login, unless an administrator says otherwise', async (steps) => {
      const { store, at } = steps;
      const { signIn, tryIn } = begin(steps);
      const { id } = await signIn('1', { externalName: 'alice' });
      const suspend = () => store.endExternal({ provider: 'idp', externalId: '1', decidesAdministrators: false, suspends: true, by, at });
      const isDisabled = async () => (await store.findUser({ id }))?.disabled;
      await suspend();
      assert.equal(await isDisabled(), true);
      assert.equal((await signIn('1')).disabled, false);
      assert.equal(await isDisabled(), false);
      await suspend();
      await store.updateUser({ id, disabled: true, at });
      assert.equal((await tryIn('1')).kind, 'disabled');
      await store.updateUser({ id, disabled: false, passwordHash: 'h', at });
      await suspend();
      assert.equal(await isDisabled(), false, 'somebody with a password here is not the provider’s alone');
    });

    storeTest(open, 'who is unlinked leaves the groups, and comes back as somebody new', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf, linksOf } = begin(steps);
      const user = await signIn('1', { externalName: 'alice', groups: ['dev'] });
      const [link] = await linksOf(user.id);
      const id = link?.id ?? assert.fail();
      assert.equal(await store.unlinkIdentity({ userId: user.id + 1, id, by, at }), false);
      assert.equal(await store.unlinkIdentity({ userId: user.id, id, by, at }), true);
      assert.equal(await store.unlinkIdentity({ userId: user.id, id, by, at }), false);
      const left = { ...user, disabled: true, version: user.version + 1 };
      assert.deepEqual([await membersOf('dev'), await store.findUser({ id: user.id })], [[], left]);
      assert.equal((await signIn('1', { externalName: 'alice' })).name, 'alice-2');
    });

    storeTest(open, 'who is unlinked administers no more by the word of the provider, but does by that of somebody here', async (steps) => {
      const { store, at } = steps;
      const { signIn, linksOf } = begin(steps);
      const unlinked = async (externalId: string, administrator: boolean | undefined) => {
        const { id } = await signIn(externalId, { ...(administrator !== undefined && { administrator }) });
        await store.updateUser({ id, passwordHash: 'h', ...(administrator === undefined && { administrator: true }), at });
        await store.unlinkIdentity({ userId: id, id: (await linksOf(id))[0]?.id ?? 0, by, at });
        const user = await store.findUser({ id });
        return [user?.administrator, user?.disabled];
      };
      assert.deepEqual(await unlinked('1', true), [false, false], 'with a password they are somebody here');
      assert.deepEqual(await unlinked('2', undefined), [true, false]);
    });

    storeTest(open, 'a link goes with its user', async (steps) => {
      const { store, at } = steps;
      const { signIn, tryIn, linksOf } = begin(steps);
      const user = await signIn('1', { externalName: 'alice' });
      await store.deleteUser({ id: user.id, by, at });
      assert.deepEqual(await linksOf(user.id), []);
      assert.deepEqual(await tryIn('1', { createUsers: false }), { kind: 'not-admitted' });
    });

    storeTest(open, 'everything that is held by the word of a provider is listed, each once', async (steps) => {
      const { store } = steps;
      const { signIn } = begin(steps);
      assert.deepEqual(await store.listProviderStandings(), []);
      await signIn('1', { administrator: true });
      await signIn('2', { administrator: true });
      await signIn('3', { administrator: false });
      await signIn('4');
      await signIn('4', { provider: 'other' });
      const [none, admins] = [undefined, 'admins'].map((administratorGroup) => ({ provider: 'idp', administratorGroup }));
      assert.deepEqual(await store.listProviderStandings(), [none, admins, { provider: 'other', administratorGroup: undefined }]);
      await signIn('1', { administrator: false });
      await store.endExternal({ provider: 'idp', externalId: '2', decidesAdministrators: true, by, at: steps.at });
      assert.deepEqual(await store.listProviderStandings(), [none, { provider: 'other', administratorGroup: undefined }]);
    });

    storeTest(open, 'the end of a provider takes everything that was held by its word, until it vouches again', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      const people = ['1', '2', '3'];
      for (const id of people) await signIn(id, { groups: ['dev'], renewal: 'sealed', checkAfter: at + 900 });
      const { id } = await signIn('4', { groups: ['dev'] });
      await store.updateUser({ id, passwordHash: 'h', administrator: true, at });
      const other = await signIn('1', { provider: 'other', groups: ['dev'] });
      const end = () =>
        store.endProviderStanding({ provider: 'idp', administratorGroup: undefined, ends: 'everything', limit: 3, by, at: at + 1 });
      assert.deepEqual([await end(), await end(), await end()], [3, 1, 0]);
      assert.deepEqual([await membersOf('dev'), await membersOf('dev-2')], [[], [other.name]]);
      const before = await store.findUser({ name: '1' });
      assert.deepEqual([before?.disabled, (before?.version ?? 0) > 1], [true, true]);
      const own = await store.findUser({ id });
      assert.deepEqual([own?.disabled, own?.administrator], [false, true], 'what was given here stays with whoever can log in here');
      assert.deepEqual(await store.findUser({ id: other.id }), other);
      assert.deepEqual(await store.listProviderStandings(), [{ provider: 'other', administratorGroup: undefined }]);
      const due = await store.claimDueLinks({ provider: 'idp', at: at + 1, until: at + 9, limit: 9 });
      assert.deepEqual(
        due.map(({ externalId, renewal }) => [externalId, renewal]).sort(),
        people.map((one) => [one, 'sealed']),
        'at once',
      );
      assert.equal((await signIn('1', { groups: ['dev'], createUsers: false })).disabled, false);
      assert.deepEqual(await membersOf('dev'), ['1']);
      await store.updateUser({ id: before?.id ?? 0, disabled: true, at });
      await end();
      await store.updateUser({ id: before?.id ?? 0, disabled: false, at });
      assert.equal(await end(), 0, 'whom an administrator lets in again stays in');
    });

    storeTest(open, 'the end of a group of administrators ends administering alone, and that at once', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      const user = await signIn('1', { groups: ['dev'], administrator: true, checkAfter: at + 900 });
      const byHand = await signIn('2');
      await store.updateUser({ id: byHand.id, administrator: true, at });
      const end = { provider: 'idp', administratorGroup: 'admins', ends: 'administration', limit: 9, by, at } as const;
      assert.equal(await store.endProviderStanding({ ...end, administratorGroup: 'others' }), 0);
      assert.deepEqual([await store.endProviderStanding(end), await store.endProviderStanding(end)], [1, 0]);
      assert.deepEqual(await store.findUser({ id: user.id }), { ...user, administrator: false, version: user.version + 1 });
      assert.deepEqual([await membersOf('dev'), (await store.findUser({ id: byHand.id }))?.administrator], [['1'], true]);
      assert.deepEqual((await store.claimDueLinks({ provider: 'idp', at, until: at + 9, limit: 9 })).length, 1);
    });

    storeTest(open, 'ends of a provider at once, with logins between, end each standing once and hang nobody up', async (steps) => {
      const { store, at } = steps;
      const { signIn, membersOf } = begin(steps);
      for (let id = 0; id < 12; id += 1) await signIn(`p${id}`, { groups: ['dev'] });
      const end = { provider: 'idp', administratorGroup: undefined, ends: 'everything', limit: 20, by, at } as const;
      const ends = () => Array.from({ length: 3 }, () => store.endProviderStanding(end));
      await Promise.all([...ends(), ...[3, 7].map((id) => signIn(`p${id}`, { groups: ['dev', 'ops'] })), ...ends()]);
      await store.endProviderStanding(end);
      assert.deepEqual([await membersOf('dev'), await membersOf('ops')], [[], []]);
      for (const { version } of await store.listUsers()) assert.ok(version <= 3, String(version));
    });

    storeTest(open, 'links that are due are given to one of those who ask', async (steps) => {
      const { store, at } = steps;
      const { signIn } = begin(steps);
      for (const id of ['a', 'b', 'c']) await signIn(id, { checkAfter: at + 10, ...(id !== 'c' && { renewal: `sealed ${id}` }) });
      await signIn('d', { provider: 'other', checkAfter: at });
      await signIn('e');
      const claim = (when: number) => store.claimDueLinks({ provider: 'idp', at: when, until: when + 100, limit: 2 });
      assert.deepEqual(await claim(at + 9), []);
      const claims = (await Promise.all([claim(at + 10), claim(at + 10), claim(at + 10)])).flat();
      const found = claims.map(({ externalId, renewal }) => [externalId, renewal]).sort();
      assert.deepEqual(found, [
        ['a', 'sealed a'],
        ['b', 'sealed b'],
        ['c', undefined],
      ]);
      assert.equal((await claim(at + 110)).length, 2);
      await signIn('a', { checkAfter: at + 500 });
      assert.ok(!(await claim(at + 400)).some(({ externalId }) => externalId === 'a'));
    });
  });
}
