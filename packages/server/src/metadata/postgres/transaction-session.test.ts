import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { GuardedConnection } from './guarded-pool.ts';
import { UnknownOutcomeError } from './postgres-errors.ts';
import { StatementCache } from './statement-cache.ts';
import { TransactionSession } from './transaction-session.ts';

/** Notes what is sent together, and answers each statement with one row; a text that is `failing` fails its group. */
class NotingConnection implements GuardedConnection {
  readonly sent: string[][] = [];
  failing: { readonly text: string; readonly error: Error } | undefined;

  async query<T extends QueryResultRow>(statement: string | QueryConfig): Promise<QueryResult<T>> {
    const [result] = await this.queryTogether([statement]);
    return result as QueryResult<T>;
  }

  async queryTogether(statements: readonly (string | QueryConfig)[]): Promise<QueryResult[]> {
    const texts = statements.map((statement) => (typeof statement === 'string' ? statement : statement.text));
    this.sent.push(texts);
    if (this.failing !== undefined && texts.includes(this.failing.text)) throw this.failing.error;
    return texts.map((text) => ({ rows: [{ text }], rowCount: 1 }) as unknown as QueryResult);
  }

  release(): void {
    throw new Error('nobody asked for that');
  }
}

function begun(): { connection: NotingConnection; session: TransactionSession } {
  const connection = new NotingConnection();
  return { connection, session: new TransactionSession(connection, new StatementCache(false), 'begin') };
}

test('what is asked for together travels together; reads go along with the beginning, and what is last with the commit', async () => {
  const { connection, session } = begun();
  await session.runLast('insert into usage');
  assert.deepEqual(await session.get('select 1'), { text: 'select 1' });
  assert.deepEqual(await Promise.all([session.run('update a'), session.all('select 2')]), [1, [{ text: 'select 2' }]]);
  await session.runLast('insert into events');
  await session.commit();
  assert.deepEqual(connection.sent, [
    ['begin', 'select 1'],
    ['update a', 'select 2'],
    ['insert into usage', 'insert into events', 'commit'],
  ]);
});

test('nothing is written before the transaction has begun', async () => {
  const written = begun();
  await Promise.all([written.session.run('update a'), written.session.get('select 1')]);
  assert.deepEqual(written.connection.sent, [['begin'], ['update a', 'select 1']]);
  const last = begun();
  await last.session.runLast('update a');
  await last.session.commit();
  assert.deepEqual(last.connection.sent, [['begin'], ['update a', 'commit']]);
  const refused = begun();
  refused.connection.failing = { text: 'begin', error: new Error('no') };
  await assert.rejects(refused.session.run('update a'), /no/);
  assert.deepEqual(refused.connection.sent, [['begin']]);
});

test('a transaction without a statement sends nothing', async () => {
  const { connection, session } = begun();
  await session.commit();
  await session.rollback();
  assert.deepEqual(connection.sent, []);
});

test('nothing goes on behind the end of a transaction', async () => {
  for (const end of ['commit', 'rollback'] as const) {
    const { connection, session } = begun();
    await session.get('select 1');
    await session[end]();
    const sent = connection.sent.length;
    await assert.rejects(session.run('update a'), /after the end of its transaction/);
    await assert.rejects(session.runLast('update a'), /after the end of its transaction/);
    assert.equal(connection.sent.length, sent);
  }
});

test('what the server refuses before its commit is undone; what it does not answer may have happened', async () => {
  const answer = Object.assign(new Error('deadlock detected'), { code: '40P01' });
  for (const [error, isKnown] of [
    [answer, true],
    [new Error('Connection terminated unexpectedly'), false],
    [Object.assign(new Error('terminating connection'), { code: '57P01' }), false],
  ] as const) {
    const { connection, session } = begun();
    await session.get('select 1');
    await session.runLast('update usage');
    connection.failing = { text: 'update usage', error };
    await assert.rejects(session.commit(), (thrown: unknown) => thrown instanceof UnknownOutcomeError === !isKnown);
  }
});
