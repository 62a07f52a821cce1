import Type, { type Static } from 'typebox';
import { formatInstant, id, instant, projectName, userName } from '../../management/names.ts';
import type { Robot, RobotPermission } from '../../registry/ports/robot-store.ts';
import { robotUserName } from '../../registry/robot-name.ts';

const description = Type.String({ maxLength: 1000 });
const expiry = Type.Union([instant, Type.Literal('never')], { description: 'When it ends: an instant, or `never`, which must be said.' });

const permission = Type.Object(
  {
    project: Type.Optional(
      Type.Unsafe<string>({
        ...projectName,
        description: "Usually the robot's own. A robot of the registry may have every project: leave it out.",
      }),
    ),
    repositories: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        default: '**',
        description: 'Paths below the project: `**` all, `a/b` that one, `a/**` those below it, `a*` those that begin so.',
      }),
    ),
    role: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'A role without `administer`, which no robot may have.',
      examples: ['reader'],
    }),
  },
  { $id: 'RobotPermission', additionalProperties: false },
);

const permissions = Type.Array(permission, { maxItems: 100 });

/** What makes a robot. */
export const newRobot = Type.Object(
  {
    name: Type.Unsafe<string>({ ...userName, examples: ['ci'] }),
    description: Type.Optional(description),
    expiresAt: Type.Optional(
      Type.Unsafe<string>({ ...expiry, description: 'When it ends: an instant, or `never`. Without: 90 days from now.' }),
    ),
    permissions,
  },
  { $id: 'NewRobot', additionalProperties: false },
);

/** What may be changed; what is left out stays. */
export const robotChanges = Type.Object(
  {
    description: Type.Optional(description),
    disabled: Type.Optional(Type.Boolean({ description: 'Disabling ends every login and token at once.' })),
    expiresAt: Type.Optional(Type.Unsafe<string>(expiry)),
    permissions: Type.Optional(permissions),
  },
  { $id: 'RobotChanges', additionalProperties: false },
);

/** How a secret is replaced. */
export const rotation = Type.Object(
  {
    overlapSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 90 * 24 * 60 * 60,
        default: 24 * 60 * 60,
        description: 'How long the secret before stays good beside the new one; 0 ends it, and its tokens, at once.',
      }),
    ),
  },
  { $id: 'RobotRotation', additionalProperties: false },
);

const secret = Type.Object(
  {
    id,
    createdAt: instant,
    expiresAt: Type.Optional(Type.Unsafe<string>({ ...instant, description: 'Set when it was replaced by a newer one.' })),
    lastUsedAt: Type.Optional(instant),
  },
  { $id: 'RobotSecret', description: 'A secret, without the secret.' },
);

/** A robot as the API shows it. */
export const robot = Type.Object(
  {
    id,
    name: Type.String(),
    userName: Type.String({ description: 'The user name to log in with.', examples: ['robot+library+ci'] }),
    project: Type.Optional(Type.String({ description: 'Absent: a robot of the whole registry.' })),
    description: Type.String(),
    disabled: Type.Boolean(),
    expiresAt: Type.Unsafe<string>(expiry),
    createdAt: instant,
    createdBy: Type.String(),
    lastUsedAt: Type.Optional(Type.Unsafe<string>({ ...instant, description: 'Noted at most once a minute.' })),
    lastUsedAddress: Type.Optional(Type.String()),
    secrets: Type.Array(secret, { description: 'Those that are good: one, or two while one replaces the other.' }),
    permissions: Type.Array(permission),
  },
  { $id: 'Robot' },
);

/** The one answer that has a secret in it. */
export const robotWithSecret = Type.Object(
  {
    robot,
    secret: Type.String({ description: 'The password to log in with. Shown this once: whoever loses it rotates.', examples: ['lsr_...'] }),
  },
  { $id: 'RobotWithSecret' },
);

/** A robot of the store as the API shows it; secrets that ended before `now` are left out. */
export function showRobot(found: Robot, now: number): Static<typeof robot> {
  return {
    id: String(found.id),
    name: found.name,
    userName: robotUserName(found),
    ...(found.project !== undefined && { project: found.project }),
    description: found.description,
    disabled: found.disabled,
    expiresAt: found.expiresAt === undefined ? 'never' : formatInstant(found.expiresAt),
    createdAt: formatInstant(found.createdAt),
    createdBy: found.createdBy,
    ...(found.lastUsedAt !== undefined && { lastUsedAt: formatInstant(found.lastUsedAt) }),
    ...(found.lastUsedAddress !== undefined && { lastUsedAddress: found.lastUsedAddress }),
    secrets: found.secrets
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
      .map(({ id: secretId, createdAt, expiresAt, lastUsedAt }) => ({
        id: String(secretId),
        createdAt: formatInstant(createdAt),
        ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
        ...(lastUsedAt !== undefined && { lastUsedAt: formatInstant(lastUsedAt) }),
      })),
    permissions: found.permissions.map(showPermission),
  };
}

function showPermission({ project, repositories, role }: RobotPermission): Static<typeof permission> {
  return { ...(project !== undefined && { project }), repositories, role };
}
