import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../registry/ports/account-store.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { Session, SessionStore } from '../../registry/ports/session-store.ts';
import { Sessions } from './sessions.ts';

const user: User = { id: 7, name: 'alice', administrator: false, disabled: false, passwordHash: 'x', version: 3, secondFactor: false };
const from = { address: '192.0.2.1', userAgent: 'a\u0000b', requestId: 'r' };

/** One session in memory: what the store answers, and how often its use was noted. */
async function bench() {
  const clock = { now: 1_000_000_000_000 };
  const providers = new Set(['password']);
  const noted: number[] = [];
  let session: Session | undefined;
  const store = {
    createSession: async ({ secretHash: _hash, by: _by, ...rest }: Parameters<SessionStore['createSession']>[0]) => {
      session = { id: 1, ...rest, lastSeenAt: rest.createdAt };
      return session;
    },
    findSession: async () => session && { session, user },
    noteSessionUse: async ({ at }: { at: number }) => {
      noted.push(at);
      session = session && { ...session, lastSeenAt: at };
    },
  } as unknown as SessionStore;
  const sessions = new Sessions({
    store,
    csrfKey: new Uint8Array(32),
    idleMs: 1_000_000,
    lifetimeMs: 5_000_000,
    isProvider: (name) => providers.has(name),
    mustSetUp: () => false,
    now: () => clock.now,
    report: (message) => assert.fail(message),
  });
  const begun = (await sessions.begin(user, { provider: 'password', provedAt: clock.now }, from, systemAgent('test'))) ?? assert.fail();
  return { sessions, clock, providers, noted, ...begun };
}

test('ends without use, some day in any case, and with its provider', async () => {
  const { sessions, clock, providers, noted, secret, session } = await bench();
  assert.equal(session.userAgent, 'a b');
  const isOpen = async () => (await sessions.find(secret)) !== undefined;
  for (let used = 0; used < 4; used += 1) {
    clock.now += 999_999;
    assert.equal(await isOpen(), true);
    assert.equal(await isOpen(), true);
  }
  assert.equal(noted.length, 4, 'once for what lies together');
  providers.clear();
  assert.equal(await isOpen(), false);
  providers.add('password');
  clock.now += 999_999;
  assert.equal(await isOpen(), true);
  clock.now += 5;
  assert.equal(await isOpen(), false, 'however much it is used');
  const idle = await bench();
  idle.clock.now += 1_000_000;
  assert.equal(await idle.sessions.find(idle.secret), undefined);
});

test('what has not the form of a secret is not looked for; each session has a token of its own', async () => {
  const { sessions, secret } = await bench();
  for (const text of ['', 'lss_', `lsp_${'A'.repeat(43)}`, `${secret}A`]) assert.equal(await sessions.find(text), undefined);
  const [one, other] = [await sessions.find(secret), await sessions.find(`lss_${'A'.repeat(43)}`)];
  assert.ok(one !== undefined && other !== undefined);
  assert.notEqual(one.csrfToken, other.csrfToken);
  assert.ok(!one.csrfToken.includes(secret.slice(4)));
});
