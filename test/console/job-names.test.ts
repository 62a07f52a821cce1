import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKnownJob } from '../../packages/console/src/i18n/known-jobs.ts';
import { jobs } from '../../packages/console/src/i18n/zh-CN/jobs.ts';
import { garbageJobs } from '../../packages/server/src/features/garbage-collection/garbage-jobs.ts';
import { jobNames } from '../../packages/server/src/features/retention/enqueue-run.ts';

test('jobs that people wait for are called by names of their language', () => {
  for (const name of [...Object.values(garbageJobs), ...Object.values(jobNames), 'comparison', 'remove-deleted', 'queue-for-search']) {
    assert.ok(isKnownJob(name), name);
    assert.match(jobs[`job.${name}`], /\p{Script=Han}/u);
  }
  assert.equal(isKnownJob('of-a-newer-registry'), false);
});
