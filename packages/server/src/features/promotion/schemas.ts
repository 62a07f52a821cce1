import Type from 'typebox';
import { digest, id, instant, repositoryName, tagName } from '../../management/names.ts';
import { toldTo } from '../../management/told-actors.ts';

/** Who did it: `user:12:alice`, `robot:4:ci`. */
export const agentName = Type.Optional(Type.String({ examples: ['user:12:alice'], description: toldTo }));

/** Name of a role. */
export const roleName = Type.String({ minLength: 1, maxLength: 64, examples: ['maintainer'] });

const condition = Type.Object({
  name: Type.Enum(['chain', 'minimum-age', 'referrers', 'role']),
  holds: Type.Boolean(),
  detail: Type.String({ description: 'The same in words.' }),
  project: Type.Optional(Type.String({ description: "chain: to which the source's project must promote." })),
  neededSeconds: Type.Optional(Type.Integer({ description: 'minimum-age: how long the image must have been there.' })),
  foundSeconds: Type.Optional(Type.Integer({ description: 'minimum-age: how long it has.' })),
  needed: Type.Optional(
    Type.Array(Type.String(), { description: 'referrers: types that must be there; role: those of which the promoter needs one.' }),
  ),
  found: Type.Optional(Type.Array(Type.String(), { description: 'referrers: those of them that are; role: those that the promoter has.' })),
});

/** Why a promotion would not be made. */
const promotionObstacles = ['conditions', 'tag-immutable', 'tag-protected', 'quota-exceeded', 'too-large', 'lost', 'changed'] as const;

const promotedTag = Type.Object({ tag: tagName, from: Type.Optional(digest), to: digest });

/** What a promotion would do. */
export const promotionPlan = Type.Object(
  {
    possible: Type.Boolean({ description: 'Whether a promotion would be made now.' }),
    reason: Type.Optional(Type.String({ description: 'Why not.' })),
    cause: Type.Optional(Type.Enum([...promotionObstacles], { description: 'The same as a code.' })),
    conditions: Type.Array(condition, { description: 'Of the target, each by itself.' }),
    digest: Type.Optional(digest),
    previousDigest: Type.Optional(digest),
    manifests: Type.Optional(Type.Integer()),
    blobs: Type.Optional(Type.Integer()),
    addedBytes: Type.Optional(Type.Integer({ description: "By which the target project's usage would grow." })),
    bytesToCopy: Type.Optional(Type.Integer({ description: "That the target's store does not have yet." })),
    tags: Type.Optional(Type.Array(promotedTag, { description: 'That would be created or moved.' })),
  },
  { $id: 'PromotionPlan' },
);

/** A promotion that was made. */
export const promotion = Type.Object(
  {
    id,
    at: instant,
    by: agentName,
    from: Type.Object({ repository: Type.Optional(repositoryName), tag: Type.Optional(tagName) }),
    to: Type.Object({ repository: repositoryName, tag: tagName }),
    digest,
    previousDigest: Type.Optional(digest),
    manifests: Type.Integer(),
    blobs: Type.Integer(),
    addedBytes: Type.Integer(),
    undoUntil: instant,
    state: Type.Enum(['done', 'undone']),
    undoneAt: Type.Optional(instant),
    undoneBy: agentName,
  },
  { $id: 'Promotion' },
);

/** A promotion with what only its own page shows. */
export const promotionDetails = Type.Object(
  {
    ...promotion.properties,
    tags: Type.Array(promotedTag, { description: 'At most 1000.' }),
    lateReferrers: Type.Array(Type.Object({ digest, artifactType: Type.Optional(Type.String()), at: instant }), {
      description: 'What came to the source since, at most 100, for those who may list there: promote again to take it along.',
    }),
  },
  { $id: 'PromotionDetails' },
);
