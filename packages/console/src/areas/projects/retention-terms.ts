import type { components } from '@longshore/api-client';

export type RetentionPolicy = components['schemas']['RetentionPolicy'];
export type RetentionTerms = components['schemas']['RetentionTerms'];
type Rule = components['schemas']['RetentionRule'];

/** What a rule keeps of the tags that match. */
export const kinds = ['newest', 'pushedWithin', 'pulledWithin', 'semver', 'all'] as const;

/** A rule as the form has it: a field for each thing that a kind may have. */
export interface RuleValues {
  readonly repositories: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly kind: (typeof kinds)[number];
  readonly count?: number | null;
  readonly days?: number | null;
  readonly per?: 'major' | 'minor';
  readonly prereleases?: boolean;
}

/** A policy as the form has it. */
export interface PolicyValues {
  readonly rules: readonly RuleValues[];
  readonly untaggedDays?: number | null;
  readonly allowEmpty: boolean;
  readonly schedule: string;
}

/** What a new rule begins with. */
export const newRule: RuleValues = { repositories: '**', include: ['*'], exclude: [], kind: 'newest', count: 10 };

/** What a new policy begins with: nothing would go of a project whose repositories have ten tags or fewer. */
export const newPolicy: PolicyValues = { rules: [newRule], allowEmpty: false, schedule: '17 2 * * *' };

function keepOf({ kind, count, days, per, prereleases }: RuleValues): Rule['keep'] {
  switch (kind) {
    case 'all':
      return { kind };
    case 'newest':
      return { kind, count: count ?? 1 };
    case 'semver':
      return { kind, count: count ?? 1, per: per ?? 'minor', prereleases: prereleases ?? false };
    default:
      return { kind, days: days ?? 0 };
  }
}

/** The form as the API takes it. */
export function termsOf({ rules, untaggedDays, allowEmpty, schedule }: PolicyValues): RetentionTerms {
  return {
    rules: rules.map((rule) => ({
      repositories: rule.repositories,
      include: [...rule.include],
      exclude: [...rule.exclude],
      keep: keepOf(rule),
    })),
    ...(untaggedDays !== undefined && untaggedDays !== null && { untaggedDays }),
    allowEmpty,
    schedule,
  };
}

/** A stored policy as the form has it. */
export function valuesOf({ rules, untaggedDays, allowEmpty, schedule }: RetentionPolicy): PolicyValues {
  return {
    rules: rules.map(({ keep, ...rule }) => ({ ...rule, ...keep })),
    untaggedDays: untaggedDays ?? null,
    allowEmpty,
    schedule,
  };
}
