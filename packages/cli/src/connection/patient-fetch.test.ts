import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patientFetch } from './patient-fetch.ts';

const broken = () => new TypeError('fetch failed');

/** A patient fetch of a registry that answers these one after the other, and how often it was asked. */
function patience(...answers: readonly (number | Error)[]) {
  const left = [...answers];
  let asked = 0;
  const stop = new AbortController();
  const fetch = patientFetch(
    () => {
      asked += 1;
      const next = left.shift() ?? assert.fail('asked again');
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(new Response(null, { status: next }));
    },
    stop.signal,
    1,
  );
  return { ask: async (init?: RequestInit) => (await fetch('https://r.example/v2/', init)).status, asked: () => asked, stop };
}

describe('a patient fetch', () => {
  it('asks again where a registry cannot now, or where a connection breaks to one that has answered', async () => {
    const { ask, asked } = patience(503, 429, 200, broken(), 404);
    assert.deepEqual([await ask(), await ask(), asked()], [200, 404, 5]);
  });

  it('does not wait for a registry that has never answered', async () => {
    const { ask, asked } = patience(broken());
    await assert.rejects(ask(), /fetch failed/);
    assert.equal(asked(), 1);
  });

  it('has an end, sends a stream once, and ends when it is told to', async () => {
    const busy = Array.from({ length: 6 }, () => 503);
    assert.equal(await patience(...busy).ask(), 503);
    assert.equal(await patience(503).ask({ method: 'PUT', body: new ReadableStream() }), 503);
    const { ask, stop } = patience(503, 200);
    const asking = ask();
    stop.abort();
    await assert.rejects(asking, /abort/);
  });
});
