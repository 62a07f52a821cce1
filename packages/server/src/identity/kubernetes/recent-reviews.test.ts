import assert from 'node:assert/strict';
import test from 'node:test';
import { RecentReviews, type Review } from './recent-reviews.ts';

const answer = (outcome: string): Review<string> => ({ outcome, isGood: outcome === 'yes' });

/** Reviews with a clock of their own, of which each test answers the questions when it wants to. */
function begin() {
  const clock = { now: 0 };
  const asked: PromiseWithResolvers<Review<string>>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<Review<string>>();
    asked.push(question);
    return question.promise;
  };
  const reviews = new RecentReviews<string>({ most: { good: 100, other: 10 }, otherForMs: 1000, elapsed: () => clock.now });
  /** At most what is known: a question that has to be waited for is answered with this. */
  const of = async (key: string, outcome: string) => {
    const before = asked.length;
    const found = reviews.of(key, ask);
    if (asked.length > before) asked.at(-1)?.resolve(answer(outcome));
    return found;
  };
  return { clock, asked, ask, reviews, of };
}

test('what is in use is asked again from the third second on, once, and nobody waits', async () => {
  const { clock, asked, ask, reviews, of } = begin();
  assert.equal(await of('a', 'yes'), 'yes');
  clock.now = 2999;
  assert.equal(reviews.good('a', ask), 'yes');
  assert.equal(asked.length, 1);
  clock.now = 3000;
  for (let use = 0; use < 5; use += 1) assert.equal(await reviews.of('a', ask), 'yes');
  assert.equal(asked.length, 2);
  clock.now = 4500;
  assert.equal(reviews.good('a', ask), 'yes');
  assert.equal(asked.length, 2, 'it is under way');
  asked[1]?.resolve(answer('yes'));
  await asked[1]?.promise;
  await new Promise(setImmediate);
  clock.now = 7999;
  assert.equal(reviews.good('a', ask), 'yes', 'good for five seconds from when it was asked');
  clock.now = 8000;
  assert.equal(reviews.good('a', ask), undefined, 'and no longer');
});

test('it can be relied on until it is to be renewed, never while that is under way, and never for longer than it counts', async () => {
  const { clock, asked, ask, reviews, of } = begin();
  assert.equal(reviews.freshUntil('a'), -Infinity);
  await of('a', 'yes');
  assert.equal(reviews.freshUntil('a'), 3000);
  clock.now = 4500;
  assert.equal(reviews.good('a', ask), 'yes');
  assert.equal(reviews.freshUntil('a'), -Infinity);
  asked[1]?.reject(new Error('away'));
  await new Promise(setImmediate);
  assert.equal(reviews.freshUntil('a'), 5000);
  await of('b', 'no');
  assert.equal(reviews.freshUntil('b'), -Infinity);
});

test('a renewal that fails, or hangs, lets the old answer end in its time', async () => {
  const { clock, asked, ask, reviews, of } = begin();
  await of('a', 'yes');
  clock.now = 3000;
  assert.equal(reviews.good('a', ask), 'yes');
  asked[1]?.reject(new Error('away'));
  await new Promise(setImmediate);
  clock.now = 3999;
  assert.equal(reviews.good('a', ask), 'yes');
  assert.equal(asked.length, 2, 'not again within a second');
  clock.now = 4000;
  assert.equal(reviews.good('a', ask), 'yes');
  assert.equal(asked.length, 3);
  clock.now = 5000;
  assert.equal(reviews.good('a', ask), undefined);
  const waiting = reviews.of('a', ask);
  assert.equal(asked.length, 3, 'whoever comes now waits for the one that hangs');
  asked[2]?.reject(new Error('away'));
  await assert.rejects(waiting, /away/);
});

test('a renewal that is refused counts at once', async () => {
  const { clock, asked, ask, reviews, of } = begin();
  await of('a', 'yes');
  clock.now = 3000;
  reviews.good('a', ask);
  asked[1]?.resolve(answer('no'));
  await new Promise(setImmediate);
  assert.equal(reviews.good('a', ask), undefined);
  assert.equal(await of('a', 'never asked'), 'no');
  clock.now = 3999;
  assert.equal(await of('a', 'never asked'), 'no');
  clock.now = 4000;
  assert.equal(await of('a', 'yes'), 'yes');
});

test('what nobody uses is not asked again', async () => {
  const { clock, asked, of } = begin();
  await of('b', 'yes');
  clock.now = 60_000;
  await new Promise(setImmediate);
  assert.equal(asked.length, 1);
});

test('renewals are bounded: those beyond are asked about when they end', async () => {
  const { clock, asked, ask, reviews, of } = begin();
  for (let key = 0; key < 80; key += 1) await of(String(key), 'yes');
  clock.now = 3000;
  for (let key = 0; key < 80; key += 1) assert.equal(reviews.good(String(key), ask), 'yes');
  assert.equal(asked.length, 80 + 64);
  for (const renewal of asked.slice(80)) renewal.resolve(answer('yes'));
  await new Promise(setImmediate);
  for (let key = 0; key < 80; key += 1) assert.equal(reviews.good(String(key), ask), 'yes');
  assert.equal(asked.length, 80 + 80);
});
