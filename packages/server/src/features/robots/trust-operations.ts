import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Static } from 'typebox';
import { ApiError, notFound } from '../../management/problems.ts';
import { areBounded } from '../../registry/claims-size.ts';
import type { RobotKey } from '../../registry/ports/robot-store.ts';
import { mostTrusts, type RobotTrust, type TrustKind } from '../../registry/ports/robot-trust-store.ts';
import { requireGivable } from './givable-permissions.ts';
import { type Asker, invalid, type RobotDeps, requireRobot } from './robot-operations.ts';
import type { newTrust, trustTrial, trustTrialAnswer } from './trust-bodies.ts';

/** Makes a trust. Whoever its rule is true of gets all that the robot may do, so it takes as much as to make the robot. */
export async function createTrust(
  deps: RobotDeps,
  { subject, by }: Asker,
  key: RobotKey,
  { issuer, rule }: Static<typeof newTrust>,
): Promise<{ trust: RobotTrust; warnings: readonly string[] }> {
  await requireGivable(deps, subject, (await requireRobot(deps, key)).permissions);
  const kind = requireIssuer(deps.issuers, issuer);
  if (kind === 'certificate' && !(subject.kind === 'user' && subject.administrator)) throw certificatesAreGlobal;
  const verdict = (await deps.rules()).check(rule);
  if ('fault' in verdict) throw invalid('/rule', verdict.fault);
  const made = await deps.trusts.createRobotTrust({ ...key, kind, issuer, rule, by, at: deps.now() });
  if (made.outcome !== 'created') {
    if (made.outcome === 'unknown') throw notFound('robot');
    throw new ApiError('conflict', { detail: `A robot has at most ${mostTrusts} trusts: delete one, or make another robot.` });
  }
  const { id: trustId } = made;
  const trust = (await deps.trusts.listRobotTrusts(key)).find(({ id }) => id === trustId);
  if (trust === undefined) throw notFound('trust');
  return { trust, warnings: verdict.warnings };
}

/** Removes it; logins and registry tokens by it end at once. */
export async function deleteTrust(deps: RobotDeps, { by }: Asker, key: RobotKey, trustId: number): Promise<void> {
  await requireRobot(deps, key);
  const isKnown = Number.isSafeInteger(trustId) && (await deps.trusts.deleteRobotTrust({ ...key, trustId, by, at: deps.now() }));
  if (!isKnown) throw notFound('trust');
}

/** Asks the rules of a robot, and one that is not stored, about claims; nothing is proved and nothing changes. */
export async function tryTrusts(
  deps: RobotDeps,
  key: RobotKey,
  { claims, rule }: Static<typeof trustTrial>,
): Promise<Static<typeof trustTrialAnswer>> {
  await requireRobot(deps, key);
  if (!areBounded(claims)) throw invalid('/claims', 'A token with so many claims, or so deep ones, is not taken.');
  const rules = await deps.rules();
  const asked: Static<typeof trustTrialAnswer>['trusts'] = [];
  for (const { id, issuer, rule: stored } of await deps.trusts.listRobotTrusts(key)) {
    asked.push({ id: String(id), issuer, rule: stored, matches: rules.isTrueOf(stored, claims) });
    // A rule may take long, and nothing else of the process goes on meanwhile.
    await nextTurn();
  }
  if (rule === undefined) return { trusts: asked };
  const verdict = rules.check(rule);
  if ('fault' in verdict) return { trusts: asked, rule: { matches: false, fault: verdict.fault, warnings: [] } };
  return { trusts: asked, rule: { matches: rules.isTrueOf(rule, claims), warnings: [...verdict.warnings] } };
}

function requireIssuer(issuers: ReadonlyMap<string, TrustKind>, issuer: string): TrustKind {
  const kind = issuers.get(issuer);
  if (kind !== undefined) return kind;
  const known = issuers.size === 0 ? 'none is configured' : `there are ${[...issuers.keys()].join(', ')}`;
  throw invalid('/issuer', `There is no issuer '${issuer}' in the settings: ${known}. Ask whoever runs the registry to add it.`);
}

/** No name comes along with a certificate: a rule that is true of those of others would keep them out, or make them somebody else. */
const certificatesAreGlobal = new ApiError('forbidden', {
  detail: 'A rule over certificates is about those of everybody: ask an administrator of the registry to make this trust.',
});
