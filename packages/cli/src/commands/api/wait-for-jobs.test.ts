import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect } from '../../connection/connect.ts';
import { recordedSurroundings } from '../../testing/recorded-surroundings.ts';
import { jobsIn, waitForJobs } from './wait-for-jobs.ts';

describe('the jobs that are waited for', () => {
  it('are those that an answer names', () => {
    assert.deepEqual(jobsIn({ jobs: ['1', '2'] }), ['1', '2']);
    assert.deepEqual(jobsIn({ job: '4' }), ['4']);
    assert.deepEqual(jobsIn({ id: '3', state: 'queued', attempts: 0 }), ['3']);
    assert.deepEqual(jobsIn({ projects: [] }), []);
  });

  it('are followed later, after Ctrl-C, where whoever waited may see them', async () => {
    for (const [project, line] of [
      [undefined, 'longshore job show 7 --wait'],
      ['team', 'longshore job show 7 --project team --wait'],
    ] as const) {
      const terminal = { interruption: () => AbortSignal.abort() };
      const answer = () => Response.json({ id: '7', name: 'retention', state: 'running' });
      const surroundings = recordedSurroundings(answer, { terminal });
      const waiting = waitForJobs(['7'], project, await connect('http://localhost:1', surroundings), surroundings);
      await assert.rejects(waiting, { name: 'AbortError' });
      assert.deepEqual(surroundings.errLines, [`The work goes on; ${line} follows it.`]);
    }
  });
});
