import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import type { Surroundings } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { follow } from '../../terminal/follow.ts';
import { progressLine } from '../../terminal/progress-line.ts';

/** A job as far as it is looked at. */
interface SeenJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly failure?: string;
  readonly progress?: unknown;
}

const ended: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/** The ids of jobs in an answer: `{ jobs: [...] }`, `{ job }`, or the job itself. */
export function jobsIn(answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  if ('jobs' in answer && Array.isArray(answer.jobs)) return answer.jobs.map(String);
  if ('job' in answer && typeof answer.job === 'string') return [answer.job];
  return 'id' in answer && 'state' in answer && 'attempts' in answer ? [String(answer.id)] : [];
}

/** Follows jobs to their ends, on a terminal with a line that tells how far they are; resolves to them. */
export async function waitForJobs(
  ids: readonly string[],
  project: string | undefined,
  connection: Connection,
  { terminal, output, say }: Surroundings,
): Promise<readonly SeenJob[]> {
  const operation = operationOf(project === undefined ? 'getJob' : 'getProjectJob');
  const jobs: SeenJob[] = [];
  try {
    for (const id of ids) {
      const path = { job: id, ...(project !== undefined && { project }) };
      const ask = async () => (await (await callOperation(operation, { path }, connection)).json()) as SeenJob;
      const lineOf = ({ name, state, progress }: SeenJob, elapsedMs: number) =>
        progressLine(`${say(`job ${id}`)} ${say(name)} ${say(state)}`, progress, elapsedMs, terminal.columns);
      jobs.push(await follow({ ask, isEnd: ({ state }) => ended.has(state), lineOf }, terminal));
    }
  } finally {
    const ofProject = project === undefined ? '' : ` --project ${project}`;
    if (terminal.interruption().aborted)
      output.err(`The work goes on; longshore job show ${ids.at(jobs.length)}${ofProject} --wait follows it.`);
  }
  return jobs;
}
