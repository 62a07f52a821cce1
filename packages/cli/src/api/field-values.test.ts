import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationSeconds, flagNameOf, flagsOf, readValue, sizeBytes } from './field-values.ts';

describe('values of flags', () => {
  it('durations and sizes have units', () => {
    assert.deepEqual(['90', '90s', '5m', '5min', '2h', '30d', '1w'].map(durationSeconds), [90, 90, 300, 300, 7200, 2_592_000, 604_800]);
    assert.deepEqual(['1024', '1k', '10GiB', '1.5M', '2TB'].map(sizeBytes), [1024, 1024, 10 * 1024 ** 3, 1_572_864, 2 * 1024 ** 4]);
    for (const text of ['', 'soon', '-3d', '1y', '1e9d']) assert.equal(durationSeconds(text), undefined, text);
    for (const text of ['', 'G', '1X', '1 parsec', '-1']) assert.equal(sizeBytes(text), undefined, text);
  });

  it('an instant may be said as a duration from now', () => {
    const field = { name: 'expiresAt', type: 'string' } as const;
    assert.equal(readValue(field, '1d', Date.UTC(2026, 0, 1)), '2026-01-02T00:00:00.000Z');
    assert.equal(readValue(field, 'never'), 'never');
  });

  it('flags are named after fields; secrets are read from files', () => {
    assert.equal(flagNameOf({ name: 'expireAfterHours', type: 'integer' }), 'expire-after-hours');
    assert.equal(flagNameOf({ name: 'overlapSeconds', type: 'integer' }), 'overlap');
    const flags = flagsOf({ name: 'secret', type: 'string', nullable: true });
    assert.deepEqual(
      flags.map(({ name }) => name),
      ['secret-file', 'no-secret'],
    );
  });

  it('what is no number or no JSON is refused by the name of its flag', () => {
    assert.throws(() => readValue({ name: 'days', type: 'number' }, 'x'), /--days is a number, not 'x'/);
    assert.throws(() => readValue({ name: 'limitBytes', type: 'integer' }, 'x'), /--limit-bytes is a size/);
    assert.throws(() => readValue({ name: 'rules', type: 'json' }, '{'), /--rules is JSON/);
  });
});
