import type { Static } from 'typebox';
import { ApiError, notFound, stale } from '../../management/problems.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Subject } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Robot, RobotKey, RobotPermission, RobotStore, UnknownPermission } from '../../registry/ports/robot-store.ts';
import type { RobotTrustStore, TrustKind } from '../../registry/ports/robot-trust-store.ts';
import type { TrustRules } from '../../registry/ports/trust-rules.ts';
import type { GivingDeps } from './givable-permissions.ts';
import { requireGivable } from './givable-permissions.ts';
import type { newRobot, robotChanges } from './robot-bodies.ts';

/** What operations on robots are made of. */
export interface RobotDeps extends GivingDeps {
  readonly robots: RobotStore;
  /** A secret and the hash that is stored of it. */
  readonly trusts: RobotTrustStore;
  /** Loads what reads the rules of trusts. */
  readonly rules: () => Promise<TrustRules>;
  /** What trusts may be about: names of issuers in the settings, and of the authorities of clients. */
  readonly issuers: ReadonlyMap<string, TrustKind>;
  readonly newSecret: () => { readonly text: string; readonly hash: Uint8Array };
  readonly now: () => Millis;
}

/** Who asks. */
export interface Asker {
  readonly subject: Subject;
  readonly by: Agent;
}

const usualLifeMs = 90 * 24 * 60 * 60 * 1000;
const usualOverlapSeconds = 24 * 60 * 60;

/** Makes a robot; its secret is known to nobody but who gets this answer. */
export async function createRobot(
  deps: RobotDeps,
  { subject, by }: Asker,
  project: string | undefined,
  body: Static<typeof newRobot>,
): Promise<{ robot: Robot; secret: string }> {
  const permissions = permissionsIn(project, body.permissions);
  await requireGivable(deps, subject, permissions);
  const at = deps.now();
  const { text: secret, hash: secretHash } = deps.newSecret();
  const expiresAt = body.expiresAt === undefined ? at + usualLifeMs : (expiryIn(body.expiresAt, at) ?? undefined);
  const { name, description = '' } = body;
  const made = await deps.robots.createRobot({ project, name, description, expiresAt, secretHash, permissions, by, at });
  if (made.outcome === 'name-taken') {
    throw new ApiError('name-taken', { detail: `There is a robot ${name} already: rotate its secret, or choose another name.` });
  }
  if (made.outcome === 'no-project') throw notFound('project');
  if (made.outcome !== 'created') throw unknownPermission(made);
  return { robot: await requireRobot(deps, { project, id: made.id }), secret };
}

/** The robot, through its parent; throws `not-found`. */
export async function requireRobot({ robots }: Pick<RobotDeps, 'robots'>, key: RobotKey): Promise<Robot> {
  const found = Number.isSafeInteger(key.id) ? await robots.findRobot(key) : undefined;
  if (found === undefined) throw notFound('robot');
  return found;
}

/** Changes what the body names. */
export async function updateRobot(
  deps: RobotDeps,
  { subject, by }: Asker,
  key: RobotKey,
  version: number | undefined,
  body: Static<typeof robotChanges>,
): Promise<Robot> {
  await requireRobot(deps, key);
  const permissions = body.permissions && permissionsIn(key.project, body.permissions);
  if (permissions !== undefined) await requireGivable(deps, subject, permissions);
  const at = deps.now();
  const { description, disabled } = body;
  const expiresAt = body.expiresAt === undefined ? undefined : expiryIn(body.expiresAt, at);
  const changes = { description, disabled, expiresAt, permissions };
  const changed = await deps.robots.updateRobot({ ...key, version, changes, by, at });
  if ('index' in changed) throw unknownPermission(changed);
  requireChanged(changed.outcome);
  return requireRobot(deps, key);
}

/** Removes it; its logins and tokens end at once. */
export async function deleteRobot({ robots, now }: RobotDeps, { by }: Asker, key: RobotKey, version: number | undefined): Promise<void> {
  if (!Number.isSafeInteger(key.id)) throw notFound('robot');
  requireChanged((await robots.deleteRobot({ ...key, version, by, at: now() })).outcome);
}

/** A new secret. Whoever gets it gets all that the robot may do, so it takes as much as to make the robot. */
export async function rotateSecret(
  deps: RobotDeps,
  { subject, by }: Asker,
  key: RobotKey,
  overlapSeconds = usualOverlapSeconds,
): Promise<{ robot: Robot; secret: string }> {
  await requireGivable(deps, subject, (await requireRobot(deps, key)).permissions);
  const at = deps.now();
  const { text: secret, hash: secretHash } = deps.newSecret();
  const rotated = await deps.robots.rotateRobotSecret({ ...key, secretHash, oldUntil: at + overlapSeconds * 1000, by, at });
  if (!rotated) throw notFound('robot');
  return { robot: await requireRobot(deps, key), secret };
}

/** A robot of a project has permissions in its project only. */
function permissionsIn(project: string | undefined, permissions: Static<typeof newRobot>['permissions']): RobotPermission[] {
  return permissions.map(({ project: named, repositories = '**', role }, index) => {
    if (project === undefined || named === undefined || named === project) return { project: named ?? project, repositories, role };
    throw invalid(
      `/permissions/${index}/project`,
      `A robot of ${project} has permissions there alone: make a robot of the registry for more.`,
    );
  });
}

/** Null: never. */
function expiryIn(text: string, at: Millis): Millis | null {
  if (text === 'never') return null;
  const expiresAt = Date.parse(text);
  if (expiresAt > at) return expiresAt;
  throw invalid('/expiresAt', "This instant is past: name a later one, or 'never'.");
}

function requireChanged(outcome: 'changed' | 'unknown' | 'stale'): void {
  if (outcome === 'unknown') throw notFound('robot');
  if (outcome === 'stale') throw stale();
}

function unknownPermission({ outcome, index }: UnknownPermission): ApiError {
  const pointer = `/permissions/${index}`;
  switch (outcome) {
    case 'unknown-role':
      return invalid(`${pointer}/role`, 'There is no such role: name a built-in one, one of the project, or one of the registry.');
    case 'unknown-project':
      return invalid(`${pointer}/project`, 'There is no such project: create it first.');
    case 'bad-pattern':
      return invalid(
        `${pointer}/repositories`,
        'A pattern is ** for all, a/b for one path, a/** for those below it, or a* for those that begin so; for every project it is **.',
      );
  }
}

/** Something that is wrong with a body. */
export function invalid(pointer: string, detail: string): ApiError {
  return new ApiError('invalid-request', { detail, faults: [{ pointer, detail }] });
}
