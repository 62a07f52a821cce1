import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { parseRepositoryName } from '@longshore/oci';
import { type Decision, type Lasting, lasting, type Principal } from '../../registry/ports/authorizer.ts';
import { connectionOf } from '../connection.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { Admissions } from './admissions.ts';
import type { Need } from './routes.ts';

const app = parseRepositoryName('team/app') ?? assert.fail();
const other = parseRepositoryName('team/other') ?? assert.fail();
const reader: Principal = { subject: { kind: 'robot', id: 4, name: 'team+ci' }, limit: undefined, credential: 'registry-token' };
const proved = { kind: 'principal', principal: reader, lasts: lasting } as const;
const allowed: Decision = { allow: true, reason: 'it is a test', roles: [], lasts: lasting };

/** One connection, over which what was asked once is asked again with changes. */
function bench() {
  const state = { mark: 7 as number | undefined, now: 1_700_000_000_000 };
  const admissions = new Admissions({ metadata: { changeMark: () => state.mark }, now: () => state.now });
  const socket = new Socket();
  const ask = (by: { header?: string | undefined; address?: string; need?: Need; repository?: typeof app | undefined } = {}) => {
    const { header, address, need, repository } = {
      header: 'Bearer one',
      address: '192.0.2.1',
      need: 'pull' as const,
      repository: app,
      ...by,
    };
    const http = { request: { socket, headers: { authorization: header } }, origin: { address } } as unknown as HttpExchange;
    return admissions.ask(http, need, repository);
  };
  const recall = (by: Parameters<typeof ask>[0] = {}) => {
    const asked = ask(by);
    return asked === undefined ? undefined : admissions.recall(asked);
  };
  const remember = (authentication: Parameters<Admissions['remember']>[1], decision: Decision, by: Parameters<typeof ask>[0] = {}) =>
    admissions.remember(ask(by) ?? assert.fail(), authentication, { principal: reader, decision });
  return { admissions, state, socket, ask, recall, remember };
}

test('the same question of the same client is answered alike until anything is committed', () => {
  const { state, recall, remember } = bench();
  assert.equal(recall(), undefined);
  remember(proved, allowed);
  const known = recall() ?? assert.fail();
  assert.equal(known.principal, reader);
  assert.equal(known.decision, allowed);
  state.mark = 8;
  assert.equal(recall(), undefined);
});

test('other credentials, another address, need or repository are another question', () => {
  const { recall, remember } = bench();
  remember(proved, allowed);
  for (const by of [
    { header: 'Bearer two' },
    { header: undefined },
    { address: '192.0.2.2' },
    { need: 'push' },
    { repository: other },
  ] as const) {
    assert.equal(recall(by), undefined, JSON.stringify(by));
  }
  assert.notEqual(recall(), undefined);
});

test('what was found out counts no longer than any part of it lasts, by either clock, and a second at most', (t) => {
  let elapsed = 1000;
  t.mock.method(performance, 'now', () => elapsed);
  const { state, recall, remember } = bench();
  const cases: readonly (readonly [Partial<Lasting>, Partial<Lasting>, number, number])[] = [
    [{ until: state.now + 500 }, {}, 500, Infinity],
    [{}, { until: state.now + 400 }, 400, Infinity],
    [{ elapsed: elapsed + 300 }, {}, Infinity, 300],
    [{}, { elapsed: elapsed + 200 }, Infinity, 200],
    [{}, {}, Infinity, 1000],
  ];
  const [startedAt, startedNow] = [elapsed, state.now];
  for (const [byProof, byDecision, ofDay, ofElapsed] of cases) {
    remember({ ...proved, lasts: { ...lasting, ...byProof } }, { ...allowed, lasts: { ...lasting, ...byDecision } });
    if (ofDay < Infinity) {
      state.now = startedNow + ofDay - 1;
      assert.notEqual(recall(), undefined);
      state.now += 1;
    } else {
      elapsed = startedAt + ofElapsed - 1;
      assert.notEqual(recall(), undefined);
      elapsed += 1;
    }
    assert.equal(recall(), undefined);
    [elapsed, state.now] = [startedAt, startedNow];
  }
});

test('an answer counts as of when it was asked for: before what it follows from was read', (t) => {
  let elapsed = 1000;
  t.mock.method(performance, 'now', () => elapsed);
  const { admissions, state, ask, recall } = bench();
  const admitted = { principal: reader, decision: allowed };
  const before = ask() ?? assert.fail();
  state.mark = 8;
  admissions.remember(before, proved, admitted);
  assert.equal(recall(), undefined, 'somebody committed while it was found out');
  const slow = ask() ?? assert.fail();
  elapsed += 999;
  admissions.remember(slow, proved, admitted);
  assert.notEqual(recall(), undefined);
  elapsed += 1;
  assert.equal(recall(), undefined);
});

test('nothing is remembered of what has to be found out anew, nor where commits cannot be seen', () => {
  const { state, recall, remember, ask } = bench();
  remember({ kind: 'principal', principal: reader }, allowed);
  assert.equal(recall(), undefined, 'a proof that does not last, such as a password');
  remember(proved, { allow: true, reason: '', roles: [] });
  assert.equal(recall(), undefined, 'a decision that does not last');
  remember({ kind: 'refused', reason: 'credentials' }, allowed);
  assert.equal(recall(), undefined, 'a refusal');
  state.mark = undefined;
  assert.equal(ask(), undefined);
  state.mark = 7;
  assert.equal(ask({ repository: undefined }), undefined, 'a question that is not about one repository');
});

test('whoever shows no credentials is remembered too', () => {
  const { recall, remember } = bench();
  remember({ kind: 'anonymous' }, allowed, { header: undefined });
  assert.notEqual(recall({ header: undefined }), undefined);
  assert.equal(recall(), undefined);
});

test('no header is kept that is longer than tokens are', () => {
  const { recall, remember } = bench();
  const header = `Bearer ${'t'.repeat(8185)}`;
  remember(proved, allowed, { header });
  assert.notEqual(recall({ header }), undefined);
  const longer = header.replace(' ', '  ');
  remember(proved, allowed, { header: longer });
  assert.equal(recall({ header: longer }), undefined);
});

test('nothing is remembered on a connection that shows a certificate', () => {
  const { socket, ask, recall, remember } = bench();
  remember(proved, allowed);
  connectionOf(socket).certificate = () => assert.fail('nobody looks at it here');
  assert.equal(ask(), undefined);
  assert.equal(recall(), undefined);
});
