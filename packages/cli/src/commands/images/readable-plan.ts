import type { components } from '@longshore/api-client';
import type { Say } from '../../command.ts';

/** What a promotion would do, as the API says it. */
export type PromotionPlan = components['schemas']['PromotionPlan'];

type Condition = PromotionPlan['conditions'][number];

const checkNames: Readonly<Record<Condition['name'], string>> = {
  chain: 'From the project before it in the chain',
  'minimum-age': 'Old enough',
  referrers: 'Has what must refer to it',
  role: 'Your role',
};

/** The same with its checks as the console says them: what each asks for, and what there is. */
export function readablePlan(plan: PromotionPlan, say: Say): object {
  const conditions = plan.conditions.map((condition) => ({
    check: say(checkNames[condition.name]),
    holds: condition.holds,
    detail: say(figuresOf(condition, say)),
  }));
  // The reason is the checks that do not hold, once more.
  const { cause, reason, ...rest } = plan;
  return { ...rest, ...(cause !== 'conditions' && reason !== undefined && { reason }), conditions };
}

function figuresOf({ name, project, needed = [], found = [], neededSeconds = 0, foundSeconds = 0 }: Condition, say: Say): string {
  if (name === 'chain') return `the project of the source must promote to ${project}`;
  if (name === 'role') return `one of these is asked for: ${listed(needed)}; yours: ${listed(found)}`;
  if (name === 'referrers') return `asked for: ${listed(needed)}; missing: ${listed(needed.filter((type) => !found.includes(type)))}`;
  return `there for ${say(readableSpan(foundSeconds))}, at least ${say(readableSpan(neededSeconds))} are asked for`;
}

const listed = (words: readonly string[]) => (words.length === 0 ? '-' : words.join(', '));

/** In the unit that a rule of so many minutes is thought in. */
function readableSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
