import { setTimeout as pause } from 'node:timers/promises';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import type { Surroundings } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { printable } from '../../output/readable-value.ts';
import { cutToWidth } from '../../output/table.ts';

/** A job as far as it is looked at. */
interface SeenJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly failure?: string;
  readonly progress?: unknown;
}

const pollMs = 500;
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
  { terminal, output }: Surroundings,
): Promise<readonly SeenJob[]> {
  const operation = operationOf(project === undefined ? 'getJob' : 'getProjectJob');
  const startedMs = Date.now();
  const jobs: SeenJob[] = [];
  try {
    for (const id of ids) {
      for (;;) {
        const path = { job: id, ...(project !== undefined && { project }) };
        const job = (await (await callOperation(operation, { path }, connection)).json()) as SeenJob;
        if (ended.has(job.state)) {
          jobs.push(job);
          break;
        }
        if (terminal.stderrIsTty) terminal.redraw(progressText(job, Date.now() - startedMs, terminal.columns));
        await pause(pollMs, undefined, { signal: terminal.interruption() });
      }
    }
  } finally {
    if (terminal.stderrIsTty) terminal.redraw('');
    if (terminal.interruption().aborted) output.err(`The work goes on; longshore job show ${ids.at(jobs.length)} --wait follows it.`);
  }
  return jobs;
}

const barWidth = 24;

/** One line on a job: a bar where it says how much there is to do, otherwise what it says. */
export function progressText({ id, name, state, progress }: SeenJob, elapsedMs: number, columns: number): string {
  const seconds = `${Math.floor(elapsedMs / 1000)}s`;
  const part = partDone(progress);
  const said = progress === undefined || progress === null ? '' : typeof progress === 'string' ? progress : JSON.stringify(progress);
  const filled = Math.round((part ?? 0) * barWidth);
  const bar = part === undefined ? said : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(part * 100)} %`;
  return cutToWidth(printable(`job ${id} ${name} ${state} ${seconds} ${bar}`), Math.max(20, columns - 1));
}

function partDone(progress: unknown): number | undefined {
  if (typeof progress !== 'object' || progress === null) return undefined;
  const { done, total } = progress as { done?: unknown; total?: unknown };
  return typeof done === 'number' && typeof total === 'number' && total > 0 ? Math.min(1, done / total) : undefined;
}
