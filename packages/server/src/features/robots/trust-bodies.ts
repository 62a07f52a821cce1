import Type, { type Static } from 'typebox';
import { formatInstant, id, instant } from '../../management/names.ts';
import type { RobotTrust } from '../../registry/ports/robot-trust-store.ts';

const rule = Type.String({
  minLength: 1,
  maxLength: 2048,
  description: 'What must be true of the token or certificate, in the Common Expression Language: `claims` holds what it says.',
  examples: ['claims.repository == "octo/app" && claims.ref == "refs/heads/main"'],
});
const issuer = Type.String({
  minLength: 1,
  maxLength: 64,
  description: 'Its name in `federation.issuers` or `kubernetes.clusters`; `client-certificates` for certificates of clients.',
  examples: ['github'],
});
const warnings = Type.Array(Type.String(), { description: 'What makes the rule look wider than it is meant.' });

/** What makes a trust. */
export const newTrust = Type.Object({ issuer, rule }, { $id: 'NewRobotTrust', additionalProperties: false });

/** A trust as the API shows it. */
export const trust = Type.Object(
  { id, issuer, rule, createdAt: instant, createdBy: Type.String(), lastUsedAt: Type.Optional(instant) },
  { $id: 'RobotTrust' },
);

/** A trust that was just made. */
export const madeTrust = Type.Object({ trust, warnings }, { $id: 'MadeRobotTrust' });

/** What rules are tried on. */
export const trustTrial = Type.Object(
  {
    claims: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What the token says (its middle part, decoded), or the certificate.',
    }),
    rule: Type.Optional({ ...rule, description: 'A rule that is not stored, to be tried too.' }),
  },
  { $id: 'RobotTrustTrial', additionalProperties: false },
);

/** What rules said. */
export const trustTrialAnswer = Type.Object(
  {
    trusts: Type.Array(Type.Object({ id, issuer, rule, matches: Type.Boolean() })),
    rule: Type.Optional(
      Type.Object({
        matches: Type.Boolean(),
        fault: Type.Optional(Type.String({ description: 'Why it would not be stored.' })),
        warnings,
      }),
    ),
  },
  { $id: 'RobotTrustTrialAnswer' },
);

/** A trust of the store as the API shows it. */
export function showTrust(found: RobotTrust): Static<typeof trust> {
  return {
    id: String(found.id),
    issuer: found.issuer,
    rule: found.rule,
    createdAt: formatInstant(found.createdAt),
    createdBy: found.createdBy,
    ...(found.lastUsedAt !== undefined && { lastUsedAt: formatInstant(found.lastUsedAt) }),
  };
}
