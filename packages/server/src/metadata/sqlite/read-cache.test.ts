import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextEvent } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { ReadCache } from './read-cache.ts';

/** A cache over a connection that only reads, and another connection to the same database. */
function open(t: TestContext): { cache: ReadCache; reader: DatabaseSync; other: DatabaseSync } {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-read-cache-'));
  const path = join(directory, 'test.db');
  const other = new DatabaseSync(path);
  other.exec('pragma journal_mode = wal; create table numbers (n integer)');
  const reader = new DatabaseSync(path);
  t.after(() => {
    for (const db of [reader, other]) if (db.isOpen) db.close();
    rmSync(directory, { recursive: true });
  });
  return { cache: new ReadCache(reader), reader, other };
}

/** A read that counts how often it is done, and gives another object each time. */
function counted(bytes = 1) {
  const counter = { reads: 0 };
  const read = async () => {
    counter.reads += 1;
    return { number: counter.reads };
  };
  return { counter, read, sizeOf: () => bytes };
}

test('an answer that was asked for twice is given again, the same object, until anybody commits anything', async (t) => {
  const { cache, other } = open(t);
  const { counter, read, sizeOf } = counted();
  const ask = () => cache.get('key', read, sizeOf);
  await ask();
  const second = await ask();
  assert.equal(await ask(), second);
  assert.equal(counter.reads, 2);
  other.exec('insert into numbers values (1)');
  await nextEvent();
  const third = await ask();
  assert.notEqual(third, second);
  assert.equal(await ask(), third);
  assert.equal(counter.reads, 3);
});

test('whether anybody committed is asked once for what one event asks for, and anew for the next event', async (t) => {
  const { cache, other } = open(t);
  const { read, sizeOf } = counted();
  const ask = () => cache.get('key', read, sizeOf);
  await ask();
  const known = await ask();
  await nextEvent();
  const first = ask();
  other.exec('insert into numbers values (1)');
  assert.equal(await first, known);
  assert.equal(await ask(), known);
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const answer = new Promise((resolve) => {
    port1.once('message', () => resolve(ask()));
  });
  port2.postMessage('from elsewhere');
  assert.notEqual(await answer, known);
});

test('it is asked once an event, also where the event itself asks before what it promised does', async (t) => {
  const { cache, reader } = open(t);
  const { read, sizeOf } = counted();
  const ask = () => cache.get('key', read, sizeOf);
  await ask();
  await ask();
  let looks = 0;
  const get = t.mock.method(Object.getPrototypeOf(reader.prepare('select 1')), 'get');
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const served = Promise.withResolvers<void>();
  port1.once('message', async () => {
    const before = get.mock.callCount();
    cache.changeMark();
    for (let promised = 0; promised < 5; promised += 1) await ask();
    looks = get.mock.callCount() - before;
    served.resolve();
  });
  await nextEvent();
  port2.postMessage('from elsewhere');
  await served.promise;
  assert.equal(looks, 1);
});

test('the mark of changes is the same until anybody commits anything, and none where that cannot be told', async (t) => {
  const { cache, reader, other } = open(t);
  const mark = cache.changeMark();
  assert.equal(typeof mark, 'number');
  await nextEvent();
  assert.equal(cache.changeMark(), mark);
  other.exec('insert into numbers values (1)');
  await nextEvent();
  assert.notEqual(cache.changeMark(), mark);
  reader.close();
  await nextEvent();
  assert.equal(cache.changeMark(), undefined);
});

test('a read that was under way when somebody committed is not given again', async (t) => {
  const { cache, other } = open(t);
  const { read, sizeOf } = counted();
  await cache.get('key', read, sizeOf);
  await cache.get('noticing', read, sizeOf);
  await cache.get('noticing', read, sizeOf);
  const late = Promise.withResolvers<{ number: number }>();
  const asked = cache.get('key', () => late.promise, sizeOf);
  other.exec('insert into numbers values (1)');
  await nextEvent();
  await cache.get('noticing', read, sizeOf);
  const stale = { number: -1 };
  late.resolve(stale);
  assert.equal(await asked, stale);
  assert.notEqual(await cache.get('key', read, sizeOf), stale);
});

test('absence and failures are asked for again', async (t) => {
  const { cache } = open(t);
  let asked = 0;
  const absent = async (): Promise<object | undefined> => {
    asked += 1;
    return undefined;
  };
  for (let round = 0; round < 4; round += 1) assert.equal(await cache.get('absent', absent, () => 1), undefined);
  const failing = (): Promise<object> => {
    asked += 1;
    return Promise.reject(new Error('no'));
  };
  for (let round = 0; round < 4; round += 1) await assert.rejects(cache.get('failing', failing, () => 1));
  assert.equal(asked, 8);
});

test('more than fits is not kept, and nothing that is large beside the whole', async (t) => {
  const { cache } = open(t);
  const megabytes = 1024 * 1024;
  const { counter, read, sizeOf } = counted(4 * megabytes);
  const ask = async (key: string) => {
    const before = counter.reads;
    await cache.get(key, read, sizeOf);
    return counter.reads > before ? 'read' : 'remembered';
  };
  for (let key = 0; key < 9; key += 1) for (let round = 0; round < 2; round += 1) await ask(`key ${key}`);
  assert.equal(await ask('key 8'), 'remembered');
  assert.equal(await ask('key 0'), 'read');
  const large = counted(5 * megabytes);
  for (let round = 0; round < 4; round += 1) await cache.get('large', large.read, large.sizeOf);
  assert.equal(large.counter.reads, 4);
});

test('keys count as what they take, and long ones are not kept: clients choose a part of them', async (t) => {
  const { cache } = open(t);
  const { counter, read } = counted();
  const askTwice = async (key: string) => {
    for (let round = 0; round < 2; round += 1) await cache.get(key, read, () => 0);
  };
  await askTwice('first');
  // 34 MB of keys, of answers that take nothing.
  for (let index = 0; index < 17_000; index += 1) await askTwice(`${index} `.padEnd(1000, 'k'));
  counter.reads = 0;
  await cache.get('first', read, () => 0);
  assert.equal(counter.reads, 1);
  const long = 'k'.repeat(1025);
  counter.reads = 0;
  for (let round = 0; round < 4; round += 1) await cache.get(long, read, () => 0);
  assert.equal(counter.reads, 4);
});

test('a closed database gives nothing from memory', async (t) => {
  const { cache, reader } = open(t);
  const { counter, read, sizeOf } = counted();
  for (let round = 0; round < 3; round += 1) await cache.get('key', read, sizeOf);
  assert.equal(counter.reads, 2);
  reader.close();
  await nextEvent();
  await cache.get('key', read, sizeOf);
  assert.equal(counter.reads, 3);
});
