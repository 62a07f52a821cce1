import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobsIn } from './wait-for-jobs.ts';

describe('the jobs that are waited for', () => {
  it('are those that an answer names', () => {
    assert.deepEqual(jobsIn({ jobs: ['1', '2'] }), ['1', '2']);
    assert.deepEqual(jobsIn({ job: '4' }), ['4']);
    assert.deepEqual(jobsIn({ id: '3', state: 'queued', attempts: 0 }), ['3']);
    assert.deepEqual(jobsIn({ projects: [] }), []);
  });
});
