import type { RetainedProject, RetentionPolicy, TemporaryProject } from '../../registry/ports/retention-store.ts';
import type { Keep, RetentionRule } from '../../registry/retention-rule.ts';
import type { RetentionTask } from './retention-deps.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

const keeping = (keep: Keep): RetentionRule => ({ repositories: '**', include: ['*'], exclude: [], keep });

/** What a policy keeps. */
export function taskOfPolicy(
  policy: Omit<RetentionPolicy, 'version' | 'updatedAt' | 'updatedBy' | 'nextRunAt' | 'schedule'>,
  graceMs: number,
): RetentionTask {
  const { projectId, project, rules, untaggedDays, allowEmpty } = policy;
  const untaggedAfterMs = untaggedDays === undefined ? undefined : Math.max(graceMs, untaggedDays * dayMs);
  return { projectId, project, rules, tags: true, graceMs, untaggedAfterMs, allowEmpty };
}

/** What a clean-up removes: what was neither pushed nor pulled for so many days. */
export interface CleanUp extends RetainedProject {
  readonly days: number;
  /** Only this one; undefined: the whole project. */
  readonly repository?: string | undefined;
  /** Whether tags stay, and only manifests that nothing holds go. */
  readonly untaggedOnly: boolean;
}

/** What a clean-up keeps. */
export function taskOfCleanUp({ projectId, project, repository, days, untaggedOnly }: CleanUp, graceMs: number): RetentionTask {
  const rules = [keeping({ kind: 'pushedWithin', days }), keeping({ kind: 'pulledWithin', days })];
  const untaggedAfterMs = Math.max(graceMs, days * dayMs);
  return { projectId, project, repository, rules, tags: !untaggedOnly, graceMs, untaggedAfterMs, allowEmpty: true };
}

/**
 * What a temporary project keeps. Whoever makes one says how long a push may take by saying how long content lives, so no other grace
 * applies.
 */
export function taskOfExpiry({ projectId, project, expireAfterHours }: TemporaryProject): RetentionTask {
  const graceMs = expireAfterHours * hourMs;
  const rules = [keeping({ kind: 'pushedWithin', days: expireAfterHours / 24 })];
  return { projectId, project, rules, tags: true, graceMs, untaggedAfterMs: graceMs, allowEmpty: true };
}
