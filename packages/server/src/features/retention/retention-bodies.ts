import Type, { type Static } from 'typebox';
import { digest, formatInstant, instant, repositoryName, tagName } from '../../management/names.ts';
import { ApiError } from '../../management/problems.ts';
import type { RetentionPolicy, RetentionRun } from '../../registry/ports/retention-store.ts';
import { rangeOfPattern } from '../../registry/repository-pattern.ts';
import type { RetentionRule } from '../../registry/retention-rule.ts';
import { parseTagPattern } from '../../registry/tag-pattern.ts';
import { type PreviewedTag, previewCauses } from './preview-retention.ts';
import { isSchedule, nightly } from './schedule-times.ts';

const count = Type.Integer({ minimum: 1, maximum: 1000 });
const days = Type.Number({ minimum: 0, maximum: 36_500, description: 'Days; fractions are allowed.' });
const patterns = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
  maxItems: 50,
  description: 'Names of tags; `*` stands for any characters, `?` for one.',
});
const strict = { additionalProperties: false };

const keep = Type.Union(
  [
    Type.Object({ kind: Type.Literal('all') }, strict),
    Type.Object({ kind: Type.Literal('newest'), count }, strict),
    Type.Object({ kind: Type.Literal('pushedWithin'), days }, strict),
    Type.Object({ kind: Type.Literal('pulledWithin'), days }, strict),
    Type.Object(
      { kind: Type.Literal('semver'), count, per: Type.Union([Type.Literal('major'), Type.Literal('minor')]), prereleases: Type.Boolean() },
      strict,
    ),
  ],
  { description: 'What stays of the tags that match.' },
);

const rule = Type.Object(
  {
    repositories: Type.String({ minLength: 1, maxLength: 255, description: 'Below the project: `**`, `a/b`, `a/**` or `a*`.' }),
    include: patterns,
    exclude: patterns,
    keep,
  },
  { $id: 'RetentionRule', additionalProperties: false },
);

const terms = {
  rules: Type.Array(rule, {
    maxItems: 50,
    description: 'A tag stays if any of them keeps it; a repository that none names keeps everything.',
  }),
  untaggedDays: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 36_500,
      description: 'After how long manifests go that nothing holds; absent: as gc.untagged says.',
    }),
  ),
  allowEmpty: Type.Optional(Type.Boolean({ description: 'Whether a run may remove every tag of the project. Usually it may not.' })),
};

/** What sets a policy. */
export const policyTerms = Type.Object(
  {
    ...terms,
    schedule: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'A cron expression of five fields in local time, or `off`; every night unless it is said.',
        examples: [nightly],
      }),
    ),
  },
  { $id: 'RetentionTerms', additionalProperties: false },
);

/** What may be previewed in the place of the stored policy. */
export const previewTerms = Type.Object(
  { policy: Type.Optional(Type.Object(terms, strict)) },
  { $id: 'RetentionPreviewTerms', additionalProperties: false },
);

/** A policy as it is shown. */
export const policy = Type.Object(
  {
    project: Type.String(),
    rules: Type.Array(rule),
    untaggedDays: Type.Optional(Type.Integer()),
    allowEmpty: Type.Boolean(),
    schedule: Type.String(),
    nextRunAt: Type.Optional(instant),
    version: Type.Integer(),
    updatedAt: instant,
    updatedBy: Type.String(),
  },
  { $id: 'RetentionPolicy' },
);

/** A run as it is shown. */
export const run = Type.Object(
  {
    id: Type.String(),
    kind: Type.String(),
    requestedBy: Type.String(),
    startedAt: instant,
    finishedAt: Type.Optional(instant),
    outcome: Type.Optional(Type.String({ description: 'done, refused, cancelled or failed; absent while it runs.' })),
    tagsKept: Type.Integer(),
    tagsRemoved: Type.Integer(),
    manifestsRemoved: Type.Integer(),
    message: Type.Optional(Type.String()),
  },
  { $id: 'RetentionRun' },
);

/** What a run would do, in numbers. */
export const summary = Type.Object({
  tagsKept: Type.Integer(),
  tagsRemoved: Type.Integer(),
  manifestsRemoved: Type.Integer(),
  freedBytes: Type.Integer({ description: 'Of blobs that nothing else needs, once garbage is collected.' }),
  isEmptied: Type.Boolean({ description: 'Whether no tag would stay: a run does that only with allowEmpty.' }),
});

/** What a run would do, page by page. */
export const preview = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        repository: repositoryName,
        tag: tagName,
        digest,
        kept: Type.Boolean(),
        reason: Type.String(),
        cause: Type.Enum([...previewCauses], {
          description:
            'What the reason is: a rule, none, none that names its repository, the image that it belongs to, a rule over tags, or a lease.',
        }),
        rule: Type.Optional(Type.Integer({ description: 'Index of the rule that keeps it.' })),
        pushedAt: instant,
        pulledAt: Type.Optional(instant),
      }),
    ),
    next: Type.Optional(Type.String()),
    summary,
  },
  { $id: 'RetentionPreview' },
);

/** A job that was put in the queue. */
export const queued = Type.Object({ jobs: Type.Array(Type.String({ description: 'Ids of jobs, see /jobs.' })) }, { $id: 'QueuedJobs' });

/** Checks what a schema cannot; throws `invalid-request` with every fault. */
export function requireRules(project: string, rules: readonly RetentionRule[], schedule: string, at = ''): void {
  const faults = rules.flatMap((each, index) => {
    const pointer = `${at}/rules/${index}`;
    const isRange = rangeOfPattern(project, each.repositories) !== undefined;
    const bad = (['include', 'exclude'] as const).flatMap((member) =>
      each[member].flatMap((text, place) =>
        parseTagPattern(text) === undefined ? [{ pointer: `${pointer}/${member}/${place}`, detail: `'${text}' matches no tag.` }] : [],
      ),
    );
    return isRange
      ? bad
      : [{ pointer: `${pointer}/repositories`, detail: 'Write **, a/b, a/** or a*: each is one range of names.' }, ...bad];
  });
  if (schedule !== 'off' && !isSchedule(schedule)) faults.push({ pointer: '/schedule', detail: 'Write five fields of cron, or off.' });
  if (faults.length > 0) throw new ApiError('invalid-request', { detail: 'The policy cannot be as it is: see the faults.', faults });
}

/** The policy for a client. */
export function showPolicy(found: RetentionPolicy): Static<typeof policy> {
  const { project, rules, untaggedDays, allowEmpty, schedule, nextRunAt, version, updatedAt, updatedBy } = found;
  return {
    project,
    rules: rules.map((each) => ({ ...each, include: [...each.include], exclude: [...each.exclude] })),
    ...(untaggedDays !== undefined && { untaggedDays }),
    allowEmpty,
    schedule,
    ...(nextRunAt !== undefined && { nextRunAt: formatInstant(nextRunAt) }),
    version,
    updatedAt: formatInstant(updatedAt),
    updatedBy,
  };
}

/** The run for a client. */
export function showRun({ id, startedAt, finishedAt, outcome, message, ...rest }: RetentionRun): Static<typeof run> {
  return {
    ...rest,
    id: String(id),
    startedAt: formatInstant(startedAt),
    ...(finishedAt !== undefined && { finishedAt: formatInstant(finishedAt) }),
    ...(outcome !== undefined && { outcome }),
    ...(message !== undefined && { message }),
  };
}

/** The tag for a client. */
export function showTag({ repository, name, digest: content, kept, reason, cause, rule: index, pushedAt, pulledAt }: PreviewedTag) {
  return {
    repository,
    tag: name,
    digest: content,
    kept,
    reason,
    cause,
    ...(index !== undefined && { rule: index }),
    pushedAt: formatInstant(pushedAt),
    ...(pulledAt !== undefined && { pulledAt: formatInstant(pulledAt) }),
  };
}
