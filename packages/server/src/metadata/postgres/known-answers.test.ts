import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownAnswers } from './known-answers.ts';

/** A cache that hears changes while `fresh`, and a read that is asked as a cached one is. */
function open(mostBytes = 1_000_000) {
  const state = { fresh: true, reads: 0 };
  const answers = new KnownAnswers({ isFresh: () => state.fresh }, mostBytes);
  const read = async (): Promise<{ number: number } | undefined> => {
    state.reads += 1;
    return { number: state.reads };
  };
  const ask = async (key: string, subjects: string[] = [key], from = read, bytes = 10) =>
    answers.find<{ number: number }>(key) ?? answers.read(from, (answer, keep) => keep(key, answer, subjects, bytes));
  return { state, answers, ask };
}

test('an answer is given again until what it is about changes', async () => {
  const { answers, ask } = open();
  const first = await ask('key', ['one', 'two']);
  assert.equal(await ask('key'), first);
  answers.forget('another');
  assert.equal(await ask('key'), first);
  answers.forget('two');
  const second = await ask('key', ['one']);
  assert.notEqual(second, first);
  answers.forgetAll();
  assert.notEqual(await ask('key'), second);
  assert.deepEqual([answers.figures().hits, answers.figures().misses], [2, 3]);
});

test('a read that was under way when any change was heard is not kept', async () => {
  for (const change of [(answers: KnownAnswers) => answers.forget('key'), (answers: KnownAnswers) => answers.forgetAll()]) {
    const { answers, ask } = open();
    const late = Promise.withResolvers<{ number: number } | undefined>();
    const asked = ask('key', ['key'], () => late.promise);
    change(answers);
    const stale = { number: -1 };
    late.resolve(stale);
    assert.equal(await asked, stale);
    assert.notEqual(await ask('key'), stale);
  }
});

test('while changes are not heard nothing is given again, and nothing that is read then is kept', async () => {
  const { state, answers, ask } = open();
  const before = await ask('key');
  state.fresh = false;
  const meanwhile = await ask('key');
  await ask('new');
  assert.notEqual(meanwhile, before);
  assert.equal(answers.figures().bypassed, 2);
  state.fresh = true;
  // Nothing was missed: it was only late that it was heard.
  assert.equal(await ask('key'), before);
  state.reads = 0;
  await ask('new');
  assert.equal(state.reads, 1);
});

test('absence and failures are not kept', async () => {
  const { ask, state } = open();
  for (let round = 0; round < 2; round += 1) assert.equal(await ask('key', ['key'], async () => undefined), undefined);
  await assert.rejects(ask('key', ['key'], () => Promise.reject(new Error('no'))));
  await ask('key');
  assert.equal(state.reads, 1);
});

test('what was not used for longest goes first, and what is large beside the whole is not kept', async () => {
  const { state, answers, ask } = open(10_000);
  await ask('large', ['large'], undefined, 2_000);
  assert.equal(answers.figures().bytes, 0);
  for (let index = 0; index < 20; index += 1) {
    await ask(`key ${index}`, ['all'], undefined, 700);
    await ask('key 0', ['all']);
  }
  assert.ok(answers.figures().bytes <= 10_000);
  state.reads = 0;
  for (const [key, reads] of [
    ['key 0', 0],
    ['key 19', 0],
    ['key 1', 1],
  ] as const) {
    state.reads = 0;
    await ask(key, ['all'], undefined, 700);
    assert.equal(state.reads, reads, key);
  }
  answers.forget('all');
  assert.equal(answers.figures().bytes, 0);
});
