import assert from 'node:assert/strict';
import test from 'node:test';
import { anonymous, type Principal } from '../registry/ports/authorizer.ts';
import type { RobotCredential } from '../registry/ports/robot-store.ts';
import { createMemoryRobotLogins, type MemoryRobotLogins } from './memory-robot-logins.ts';
import { accessTokens, robotSecrets } from './random-secret.ts';
import { RobotLogin } from './robot-login.ts';
import { createTokenBench } from './token-bench.ts';

const from = { address: '192.0.2.1' };
const refused = { kind: 'refused', reason: 'credentials' };
const invalid = { kind: 'refused', reason: 'token-invalid' };

function bench(changes: Partial<MemoryRobotLogins> = {}) {
  const robots = { ...createMemoryRobotLogins(), ...changes };
  const clock = { now: 1_700_000_000_000 };
  const reports: string[] = [];
  const logins = new RobotLogin({ robots, now: () => clock.now, report: (message) => reports.push(message) });
  const login = (secret: string, userName?: string, origin = from) =>
    logins.login(robotSecrets.hashOf(secret) ?? assert.fail('no secret'), origin, userName);
  const change = (secret: string, to: Partial<RobotCredential>): void => {
    robots.credentials.set(secret, { ...(robots.credentials.get(secret) ?? assert.fail()), ...to });
  };
  return { robots, clock, reports, login, change };
}

async function principalOf(answer: Promise<{ kind: string; principal?: Principal }>): Promise<Principal> {
  const { principal } = await answer;
  return principal ?? assert.fail('refused');
}

test('secrets of robots and access tokens have forms of their own', () => {
  const secret = robotSecrets.create();
  assert.match(secret.text, /^lsr_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(robotSecrets.hashOf(secret.text), secret.hash);
  assert.equal(accessTokens.hashOf(secret.text), undefined);
  for (const text of ['', `${secret.text}x`, ` ${secret.text}`, secret.text.slice(0, -1), `lsp_${secret.text.slice(4)}`]) {
    assert.equal(robotSecrets.hashOf(text), undefined, text);
  }
});

test('a robot logs in with its own user name and its secret, by one read', async () => {
  const { robots, login } = bench();
  const [ofTeam, ofRegistry] = [robots.add(), robots.add({ project: undefined, name: 'scan' })];
  const expected = {
    subject: { kind: 'robot', id: 1, name: 'team+ci' },
    credential: 'robot:1',
    limit: undefined,
    proof: { robotEpoch: 1, secretId: 101 },
  };
  assert.deepEqual(await login(ofTeam, 'robot+team+ci'), { kind: 'principal', principal: expected });
  assert.equal(robots.reads(), 1);
  assert.equal((await principalOf(login(ofRegistry, 'robot+scan'))).subject.kind, 'robot');
  assert.deepEqual(await principalOf(login(ofTeam)), expected, 'where only a secret is sent');
});

test('another user name is refused, so that no log names another', async () => {
  const { robots, login } = bench();
  const secret = robots.add();
  for (const name of ['', 'ci', 'team+ci', 'robot+ci', 'robot+other+ci', 'robot+team+other', 'Robot+team+ci', 'robot$team+ci', 'alice']) {
    assert.deepEqual(await login(secret, name), { ...refused, account: 'robot+team+ci' }, name);
  }
  assert.deepEqual(robots.notes, []);
});

test('no login for a robot that is disabled or expired, nor with a secret that has ended or is nobodys', async () => {
  const { robots, clock, login, change } = bench();
  const secret = robots.add();
  const at = clock.now;
  for (const bad of [{ disabled: true }, { expiresAt: at }, { secretExpiresAt: at }]) {
    change(secret, { disabled: false, expiresAt: at + 1, secretExpiresAt: at + 1 });
    assert.equal((await login(secret)).kind, 'principal');
    change(secret, bad);
    assert.deepEqual(await login(secret, 'robot+team+ci'), { ...refused, account: 'robot+team+ci' }, JSON.stringify(bad));
  }
  assert.deepEqual(await login(robotSecrets.create().text), refused);
});

test('of many logins in a minute one notes its use, whoever else has noted', async () => {
  const { robots, clock, login, change } = bench();
  const secret = robots.add();
  await Promise.all(Array.from({ length: 50 }, () => login(secret)));
  assert.deepEqual(robots.notes, [{ secretId: 101, address: '192.0.2.1', at: clock.now }]);
  clock.now += 59_999;
  await login(secret);
  clock.now += 1;
  await login(secret, undefined, { address: '192.0.2.2' });
  assert.deepEqual(
    robots.notes.map(({ address }) => address),
    ['192.0.2.1', '192.0.2.2'],
  );
  clock.now += 60_000;
  change(secret, { secretLastUsedAt: clock.now - 1 });
  await login(secret);
  assert.equal(robots.notes.length, 2);
});

test('a use that cannot be noted keeps nobody out', async () => {
  const { robots, login, reports } = bench({ noteRobotUse: () => Promise.reject(new Error('full')) });
  assert.equal((await login(robots.add())).kind, 'principal');
  assert.deepEqual(reports, ['the use of a robot could not be recorded']);
});

test("a robot's registry token ends with the robot and with the secret that it was got with, at once", async () => {
  for (const end of [{ disabled: true }, { expiresAt: 0 }, { secretExpiresAt: 0 }, { epoch: 2 }, undefined] as const) {
    const { tokens, robots } = await createTokenBench();
    const secret = robots.add();
    const credential = robots.credentials.get(secret) ?? assert.fail();
    const principal: Principal = {
      subject: { kind: 'robot', id: credential.id, name: 'team+ci' },
      limit: undefined,
      credential: 'robot:1',
      proof: { robotEpoch: credential.epoch, secretId: credential.secretId },
    };
    const { token } = await tokens.issue({ principal, scopes: [], address: from.address });
    const before = robots.reads();
    const verified = await tokens.verify(token);
    assert.ok(verified.kind === 'principal');
    assert.deepEqual(verified.principal, { ...principal, limit: [], credential: 'registry-token' });
    assert.equal(robots.reads(), before + 1);
    if (end === undefined) robots.credentials.delete(secret);
    else robots.credentials.set(secret, { ...credential, ...end });
    assert.deepEqual(await tokens.verify(token), invalid, JSON.stringify(end));
    assert.equal(await tokens.issueRefreshToken(principal), undefined);
  }
});

test("what a robot's registry token proves lasts until the first end: of the token, of the secret, of the robot", async () => {
  const { tokens, robots, clock } = await createTokenBench();
  const secret = robots.add();
  const credential = robots.credentials.get(secret) ?? assert.fail();
  const proof = { robotEpoch: credential.epoch, secretId: credential.secretId };
  const principal: Principal = { ...anonymous, subject: { kind: 'robot', id: credential.id, name: 'team+ci' }, proof };
  const { token } = await tokens.issue({ principal, scopes: [], address: from.address });
  const ofToken = (Math.floor(clock.now / 1000) + 300) * 1000;
  const [soon, later] = [clock.now + 1000, clock.now + 2000];
  for (const [ends, until] of [
    [{}, ofToken],
    [{ expiresAt: soon }, soon],
    [{ secretExpiresAt: soon }, soon],
    [{ expiresAt: later, secretExpiresAt: soon }, soon],
  ] as const) {
    robots.credentials.set(secret, { ...credential, ...ends });
    const verified = await tokens.verify(token);
    assert.deepEqual(verified.kind === 'principal' && verified.lasts, { until, elapsed: Infinity });
  }
});

test('what the token of another issuer proved of a robot lasts until the first end: of the registry token, of that token, of the robot', async () => {
  const { tokens, robots, clock, forge } = await createTokenBench();
  const robot = { id: 4, project: 'team', name: 'ci', disabled: false, epoch: 1, trustId: 17, expiresAt: undefined };
  const [soon, later] = [clock.now + 1000, clock.now + 2000];
  for (const [end, expiresAt, until] of [
    [later, undefined, later],
    [soon, later, soon],
    [later, soon, soon],
  ] as const) {
    robots.trusting.splice(0, 1, { ...robot, expiresAt } as (typeof robots.trusting)[number]);
    const verified = await tokens.verify(await forge({ claims: { sub: 'robot:4', ver: 1, trt: 17, end } }));
    assert.deepEqual(verified.kind === 'principal' && verified.lasts, { until, elapsed: Infinity });
  }
});

test('a refresh token of a robot, which nobody issues, is good for nothing', async () => {
  const { tokens, robots, forge } = await createTokenBench();
  const { id, epoch, secretId } = robots.credentials.get(robots.add()) ?? assert.fail();
  const claims = { sub: `robot:${id}`, ver: epoch, sec: secretId };
  assert.equal((await tokens.verify(await forge({ claims }))).kind, 'principal');
  const refresh = { header: { typ: 'longshore-refresh+jwt' }, claims: { ...claims, aud: 'registry.example#refresh' } };
  assert.deepEqual(await tokens.redeemRefreshToken(await forge(refresh)), invalid);
});
