import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jobsIn, progressText } from './wait-for-jobs.ts';

describe('the line that tells how far a job is', () => {
  const job = { id: '7', name: 'move', state: 'running' };

  it('has a bar where the job says how much there is to do', () => {
    assert.equal(
      progressText({ ...job, progress: { done: 1, total: 4 } }, 2500, 80),
      `job 7 move running 2s [${'#'.repeat(6)}${'.'.repeat(18)}] 25 %`,
    );
  });

  it('is never longer than the terminal, and steers nothing', () => {
    const text = progressText({ ...job, progress: `\u001b[2J${'x'.repeat(200)}` }, 0, 40);
    assert.equal(text.length, 39);
    assert.doesNotMatch(text, /\u001b/);
  });

  it('is about the jobs that an answer names', () => {
    assert.deepEqual(jobsIn({ jobs: ['1', '2'] }), ['1', '2']);
    assert.deepEqual(jobsIn({ job: '4' }), ['4']);
    assert.deepEqual(jobsIn({ id: '3', state: 'queued', attempts: 0 }), ['3']);
    assert.deepEqual(jobsIn({ projects: [] }), []);
  });
});
