import type { Agent } from '../../registry/ports/agent.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';

/** What was found was deleted before it could be locked. The client's next try is decided on anew. */
export function deletedMeanwhile(): StorageError {
  return new StorageError('failed', 'The repository was deleted meanwhile: try again.', { retryable: true });
}

/**
 * Throws unless this is the project that it was decided on: one of the same name may have been deleted and made anew meanwhile, by somebody else. Who may
 * begin a project finds his own where another request of his was faster.
 */
export function requireDecided({ actor, project }: Agent, projectId: number, createdBy: string): void {
  if (project === undefined || project === projectId || (project === 'none' && createdBy === actor)) return;
  throw anotherProject();
}

/** Throws unless this is the project that it was decided on, for whoever changes what is there: none that he might begin. */
export function requireSame({ project }: Agent, projectId: number): void {
  if (project !== undefined && project !== projectId) throw anotherProject();
}

function anotherProject(): StorageError {
  return new StorageError('failed', 'Another project has this name now: try again.', { retryable: true });
}

/** Throws when it was decided on a project that existed, since it must not be begun anew. */
export function requireMayBegin({ project }: Agent): void {
  if (typeof project === 'number') throw deletedMeanwhile();
}
