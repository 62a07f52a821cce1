import type { CommandInput, Surroundings } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { formatOf, isForPeople, writeRows, writeThing } from '../../output/results.ts';
import { jobsIn, waitForJobs } from './wait-for-jobs.ts';

/** What an answer is to be made of. */
interface Finish {
  /** The member of the answer that names it. */
  readonly named: string;
  /** Whose jobs they are; undefined: the registry's. */
  readonly project: string | undefined;
  readonly connection: Connection;
  readonly input: CommandInput;
  readonly surroundings: Surroundings;
}

/** Writes an answer or, with `--wait`, the jobs that it names when they have ended; resolves to the exit code. */
export async function finishJobs(answer: unknown, { named, project, connection, input, surroundings }: Finish): Promise<number> {
  if (!input.has('wait')) {
    writeThing(answer, { named }, formatOf(input), surroundings);
    return 0;
  }
  const jobs = await waitForJobs(jobsIn(answer), project, connection, surroundings);
  const shape = { columns: ['id', 'name', 'state', 'finishedAt', 'failure'], named: 'id' };
  await writeRows(jobs, shape, formatOf(input), surroundings);
  const [only, ...more] = jobs;
  // What it did, or would do, is what whoever waited wants to know.
  if (isForPeople(formatOf(input)) && more.length === 0 && typeof only?.progress === 'object') {
    surroundings.output.out('');
    writeThing(only.progress, { named }, formatOf(input), surroundings);
  }
  return jobs.every(({ state }) => state === 'done') ? 0 : 1;
}
