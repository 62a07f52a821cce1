import type { jobs } from './en/jobs.ts';

/** Kinds of jobs that have a name here. */
const knownJobs = [
  'cleanup',
  'comparison',
  'garbage-collection',
  'garbage-preview',
  'queue-for-search',
  'remove-deleted',
  'retention',
] as const;

type NamedJob = keyof typeof jobs extends infer Key ? (Key extends `job.${infer Name}` ? Name : never) : never;

/** Whether a job of this name has texts. */
export function isKnownJob(name: string): name is NamedJob {
  return (knownJobs as readonly string[]).includes(name);
}
