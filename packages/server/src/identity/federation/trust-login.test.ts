import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrustingRobot } from '../../registry/ports/robot-trust-store.ts';
import { TrustLogin } from './trust-login.ts';

const from = { address: '192.0.2.1' };
const proved = () => ({ kind: 'proved', issuer: 'ci', claims: {}, until: Date.now() + 60_000 }) as const;

/** Logins where so many robots have a trust, whose rules are true of every token when they say so, and take a while. */
function login(rules: readonly string[], takesMs = 0) {
  const asked: string[] = [];
  const trusting = rules.map((rule, index): TrustingRobot => {
    const robot = { id: index + 1, project: 'team', name: `ci-${index}`, disabled: false, expiresAt: undefined, epoch: 1 };
    return { ...robot, trustId: index + 1, rule };
  });
  const isTrueOf = (rule: string) => {
    asked.push(rule);
    const until = performance.now() + takesMs;
    while (performance.now() < until);
    return rule === 'true';
  };
  const trusts = {
    findTrustingRobots: async () => trusting,
    findTrustingRobot: async () => assert.fail(),
    noteTrustUse: async () => undefined,
  };
  return { asked, login: new TrustLogin({ trusts, rules: { check: assert.fail, isTrueOf }, now: Date.now, report: assert.fail }) };
}

test('rules of others that take long stop nobody else', async () => {
  const { asked, login: one } = login(new Array<string>(20).fill('false'), 11);
  let turns = 0;
  const count = () => {
    turns += 1;
    if (asked.length < 20) setImmediate(count);
  };
  setImmediate(count);
  assert.equal((await one.login(proved(), from, undefined)).kind, 'refused');
  assert.ok(turns >= 15, `${turns} turns for others`);
});

test('what was said of a token is not asked again, and a second robot is enough to refuse', async () => {
  const { asked, login: one } = login(['false', 'true', 'true', 'false']);
  const token = proved();
  const refused = await one.login(token, from, undefined);
  assert.ok(refused.kind === 'refused' && /several robots/.test(refused.detail ?? ''), JSON.stringify(refused));
  await one.login(token, from, undefined);
  assert.deepEqual(asked, ['false', 'true', 'true']);
});
