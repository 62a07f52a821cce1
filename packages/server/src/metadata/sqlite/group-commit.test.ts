import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { app, by } from '../contract/contract-steps.ts';
import { beginWrite, type Durability, openReader, openWriter } from './connection.ts';
import type { Writer } from './group-commit.ts';
import { commitTogether } from './group-commit.ts';
import { migrateSqlite } from './sqlite-schema.ts';
import { SqliteSession } from './sqlite-session.ts';
import type { Answer, Call } from './writer-messages.ts';

async function openTestWriter(t: TestContext, durability: Durability = 'relaxed'): Promise<Writer> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-writer-'));
  const path = join(directory, 'metadata.db');
  const db = openWriter(path, durability);
  t.after(async () => {
    db.close();
    await rm(directory, { recursive: true });
  });
  await migrateSqlite(db, path);
  return { db, path, durability, session: new SqliteSession(db, path) };
}

/** How many transactions `work` commits, as the log of the database counts them. */
async function countCommits(path: string, work: () => Promise<unknown>): Promise<number> {
  const { DatabaseSync } = await import('node:sqlite');
  const watcher = new DatabaseSync(path);
  let commits = 0;
  let last = watcher.prepare('pragma data_version').get()?.['data_version'];
  const look = (): void => {
    const now = watcher.prepare('pragma data_version').get()?.['data_version'];
    if (now !== last) commits += 1;
    last = now;
  };
  const timer = setInterval(look, 0);
  await work();
  look();
  clearInterval(timer);
  watcher.close();
  return commits;
}

function startUpload(id: number, upload: string): Call {
  return { id, name: 'startUpload', input: { id: upload, repository: app, by, algorithm: 'sha256', at: id } };
}

function recordEvent(id: number, size: number): Call {
  return { id, name: 'recordEvent', input: { type: 'gc.finished', at: 1, by, data: { padding: 'x'.repeat(size) } } };
}

function uploads(db: DatabaseSync): unknown[] {
  return db
    .prepare('select id from uploads order by id')
    .all()
    .map((row) => row['id']);
}

const succeeded = (answers: readonly Answer[]): number[] => answers.filter((answer) => 'value' in answer).map(({ id }) => id);

test('a group is one transaction, and a call that fails leaves its neighbours alone', async (t) => {
  const writer = await openTestWriter(t);
  const calls = ['a', 'b', 'a', 'c'].map((upload, id) => startUpload(id, upload));
  let answers: Answer[] = [];
  const commits = await countCommits(writer.path, async () => (answers = await commitTogether(writer, calls)));
  assert.equal(commits, 1);
  assert.deepEqual(succeeded(answers), [0, 1, 3]);
  const failed = answers[2];
  assert.ok(failed !== undefined && 'storage' in failed && failed.storage.reason === 'failed' && !failed.storage.retryable);
  assert.deepEqual(uploads(writer.db), ['a', 'b', 'c']);
});

test('only the steps of an unfinished upload, in a repository that is there, are committed without a sync', async (t) => {
  const advance = (id: number): Call => ({
    id,
    name: 'advanceUpload',
    input: { id: 'a', epoch: 1, from: 0, to: 1, state: undefined, at: 1 },
  });
  const groups: [readonly Call[], 'synced' | 'not'][] = [
    [[startUpload(1, 'a')], 'synced'],
    [[startUpload(1, 'b'), advance(2)], 'not'],
    [[advance(1), recordEvent(2, 1)], 'synced'],
    [[advance(1)], 'not'],
    [[{ id: 1, name: 'claimUpload', input: { id: 'a', epoch: 1, at: 1 } }], 'synced'],
  ];
  const writer = await openTestWriter(t, 'full');
  for (const [index, [calls, expected]] of groups.entries()) {
    await commitTogether(writer, calls);
    const level = writer.db.prepare('pragma synchronous').get()?.['synchronous'];
    assert.equal(level === 2 ? 'synced' : 'not', expected, `group ${index}`);
  }
  const relaxed = await openTestWriter(t);
  await commitTogether(relaxed, [recordEvent(1, 1)]);
  assert.equal(relaxed.db.prepare('pragma synchronous').get()?.['synchronous'], 1);
});

test('a command that withdraws leaves nothing behind and answers', async (t) => {
  const writer = await openTestWriter(t);
  const manifest = {
    repository: app,
    by,
    at: 1,
    digest: `sha256:${'a'.repeat(64)}`,
    mediaType: 'a/b',
    bytes: new Uint8Array(1),
    artifactType: undefined,
    annotations: undefined,
    subject: undefined,
    tags: [],
    mayMoveTags: true,
    renewBefore: 1,
    references: [{ kind: 'blob', digest: `sha256:${'b'.repeat(64)}`, required: true }],
  };
  const answers = await commitTogether(writer, [{ id: 1, name: 'commitManifest', input: manifest }, recordEvent(2, 1)]);
  assert.deepEqual(answers[0], { id: 1, value: { outcome: 'missing', digests: [`sha256:${'b'.repeat(64)}`] } });
  assert.deepEqual(succeeded(answers), [1, 2]);
  assert.equal(writer.db.prepare('select count(*) as count from repositories').get()?.['count'], 0);
});

test('when the disk is full, what does not fit fails as full, what fits is stored, and writing goes on when there is space', async (t) => {
  const writer = await openTestWriter(t);
  const { db } = writer;
  const pages = Number(db.prepare('pragma page_count').get()?.['page_count']);
  // SQLite answers its own limit and a full disk in the same way, down to giving up the transaction.
  db.exec(`pragma max_page_count = ${pages + 20}`);
  const answers = await commitTogether(writer, [recordEvent(1, 10), recordEvent(2, 1_000_000), recordEvent(3, 10)]);
  assert.deepEqual(succeeded(answers), [1, 3]);
  const failed = answers[1];
  assert.ok(failed !== undefined && 'storage' in failed && failed.storage.reason === 'full' && failed.storage.retryable);
  assert.equal(db.isTransaction, false);
  assert.equal(db.prepare('select count(*) as count from events').get()?.['count'], 2);
  db.exec('pragma max_page_count = 100000');
  assert.deepEqual(succeeded(await commitTogether(writer, [recordEvent(4, 1_000_000)])), [4]);
});

test('a database that somebody else keeps is busy after the wait, and free when they let go', async (t) => {
  const writer = await openTestWriter(t);
  const other = openWriter(writer.path, 'relaxed');
  t.after(() => other.close());
  beginWrite(other, writer.path);
  assert.throws(
    () => beginWrite(writer.db, writer.path, 20),
    (error) => error instanceof StorageError && error.retryable,
  );
  other.exec('commit');
  beginWrite(writer.db, writer.path, 0);
});

test('a connection that cannot write answers read-only, and a reader cannot write', async (t) => {
  const { path } = await openTestWriter(t);
  const reader = openReader(path);
  t.after(() => reader.close());
  const session = new SqliteSession(reader, path);
  await assert.rejects(
    session.run("insert into stores (name) values ('x')"),
    (error) => error instanceof StorageError && error.reason === 'read-only',
  );
});
