import { randomUUID } from 'node:crypto';
import { reach } from '../../registry/failpoints.ts';
import { runWithLease } from '../../registry/held-lease.ts';
import type { BeginMoveOutcome, Project, StoreMove } from '../../registry/ports/project-store.ts';
import { copyMissing, previewCopies } from './copy-missing.ts';
import type { MoveDeps } from './move-deps.ts';
import { MoveRefusedError } from './move-refused-error.ts';
import { type MoveReport, MoveTally } from './move-tally.ts';

/** How long a move that died keeps the next one of the project waiting. */
const leaseMs = 15_000;

/** How one move runs. */
export interface MoveOptions extends StoreMove {
  readonly dryRun: boolean;
  /** Ends it after the blobs in hand; the next move goes on there. */
  readonly signal?: AbortSignal | undefined;
  /** After every page of blobs, with what the project holds in all. */
  readonly onProgress?: ((report: MoveReport, project: Project) => void) | undefined;
}

/**
 * Moves a project to another store while it is pushed to and pulled from. It takes what is pushed from the first moment, and what is
 * not copied yet is read where it was; the old copies are garbage at the end. Whatever was interrupted is continued by calling
 * it again. Rejects with `MoveRefusedError`, the signal's reason, `LeaseLostError` or a `StorageError` of a store that fails.
 */
export async function moveProject(deps: MoveDeps, options: MoveOptions): Promise<MoveReport> {
  const { project, to, dryRun, signal } = options;
  deps.stores.of(to);
  if (dryRun) return preview(deps, options);
  const terms = { leases: deps.leases, name: `move:${project}`, holder: randomUUID(), ttlMs: leaseMs };
  const run = await runWithLease(terms, { signal }, (leased) => move(deps, { ...options, signal: leased }));
  if (!run.held) throw new MoveRefusedError(`The project '${project}' is being moved by another process: wait until it has finished.`);
  return run.value;
}

async function move(deps: MoveDeps, options: MoveOptions & { signal: AbortSignal }): Promise<MoveReport> {
  const { projects, stores, clock, by } = deps;
  const { project: name, to, onProgress } = options;
  const begun = await projects.beginMove({ project: name, to, by, at: clock() });
  reach('move.begun');
  const tally = new MoveTally();
  if (begun === 'already-there') return tally.report(undefined, true);
  const project = await projects.findProject(name);
  if (begun !== 'moving' || project?.movingFrom === undefined) throw refusal(begun, options, project);
  const from = project.movingFrom;
  stores.of(from);
  const run = { deps, move: { project: name, from, to }, signal: options.signal, tally };
  let settled: boolean;
  do settled = await copyMissing(run, () => onProgress?.(tally.report(from, false), project));
  while (!settled);
  if (tally.failed > 0) return tally.report(from, false);
  reach('move.copied');
  await projects.finishMove({ project: name, from, to, by, at: clock() });
  reach('move.finished');
  return tally.report(from, true);
}

async function preview({ projects }: MoveDeps, options: MoveOptions): Promise<MoveReport> {
  const project = await projects.findProject(options.project);
  if (project === undefined) throw refusal('unknown-project', options, project);
  const { name, store, movingFrom } = project;
  const tally = new MoveTally();
  const from = store === options.to ? movingFrom : store;
  if (from === undefined) return tally.report(undefined, true);
  if (movingFrom !== undefined && options.to !== store && options.to !== movingFrom) throw refusal('moving-elsewhere', options, project);
  await previewCopies(projects, { project: name, from, to: options.to }, tally, options.signal);
  return tally.report(from, false);
}

function refusal(outcome: BeginMoveOutcome, { project, to }: StoreMove, current: Project | undefined): MoveRefusedError {
  if (outcome === 'unknown-project') {
    return new MoveRefusedError(`There is no project '${project}': 'longshore store ls' lists them, 'longshore store assign' makes one.`);
  }
  if (outcome === 'moving-elsewhere' && current?.movingFrom !== undefined) {
    const { store, movingFrom } = current;
    return new MoveRefusedError(
      `The project '${project}' is on its way from '${movingFrom}' to '${store}': finish that (--to ${store}) or go back (--to ${movingFrom}) first.`,
    );
  }
  return new MoveRefusedError(`The project '${project}' cannot move to '${to}': start the server once with that store configured.`);
}
