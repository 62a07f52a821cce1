import type { Static } from 'typebox';
import { keptTagProblem } from '../../management/kept-tag-problem.ts';
import { ApiError, notFound } from '../../management/problems.ts';
import type { PromotionCondition, PromotionOutcome, RestoreOutcome, UndoOutcome } from '../../registry/ports/promotion-store.ts';
import { quotaRefusal } from '../../registry/quota-refusal.ts';
import type { RegistryError } from '../../registry/registry-error.ts';
import type { promotionPlan } from './schemas.ts';

type Plan = Static<typeof promotionPlan>;

/** What a dry run found, for its caller. Throws when the source is not there. */
export function planOf(answer: PromotionOutcome): Plan {
  if (answer.outcome === 'planned' || answer.outcome === 'promoted') {
    const { conditions, previous, tags, ...rest } = answer.plan;
    const failed = conditions.filter(({ holds }) => !holds);
    return {
      possible: failed.length === 0,
      ...(failed.length > 0 && { reason: describeConditions(conditions), cause: 'conditions' as const }),
      conditions: conditions.map(shownCondition),
      ...rest,
      ...(previous !== undefined && { previousDigest: previous }),
      tags: tags.map(({ tag, from, to }) => ({ tag, ...(from !== undefined && { from }), to })),
    };
  }
  if (answer.outcome === 'elsewhere') {
    const possible = answer.conditions.every(({ holds }) => holds);
    const reason = possible ? undefined : describeConditions(answer.conditions);
    const why = reason !== undefined && { reason, cause: 'conditions' as const };
    return { possible, ...why, conditions: answer.conditions.map(shownCondition), bytesToCopy: answer.missingBytes };
  }
  const refusal = promotionRefusal(answer);
  if (refusal.status === 404) throw refusal;
  const cause = answer.outcome === 'refused' ? 'conditions' : answer.outcome;
  const conditions = answer.outcome === 'refused' ? answer.conditions.map(shownCondition) : [];
  return { possible: false, reason: refusal.message, ...(cause !== 'absent' && { cause }), conditions };
}

function shownCondition({ needed, found, ...rest }: PromotionCondition): Plan['conditions'][number] {
  return { ...rest, ...(needed !== undefined && { needed: [...needed] }), ...(found !== undefined && { found: [...found] }) };
}

/** Why no promotion was made, and what to do. */
export function promotionRefusal(answer: Exclude<PromotionOutcome, { outcome: 'promoted' | 'planned' }>): ApiError | RegistryError {
  switch (answer.outcome) {
    case 'absent':
      return notFound('image of that name in the source');
    case 'refused':
      return conflict(describeConditions(answer.conditions));
    case 'too-large':
      return new ApiError('too-large', { detail: describeExcess(answer.what, answer.most) });
    case 'lost':
      return conflict(
        `The bytes of ${answer.digests.length} blobs are missing from the store: push ${answer.digests[0]} and the others again.`,
      );
    case 'elsewhere':
    case 'changed':
      return conflict('The image was deleted while it was promoted: look whether it is still there, and promote again.');
    case 'quota-exceeded':
      return quotaRefusal(answer.excess);
    default:
      return keptTagProblem(answer);
  }
}

/** Why an undo changed nothing, and what to do. */
export function undoRefusal(answer: Exclude<UndoOutcome, { outcome: 'undone' }>): ApiError {
  switch (answer.outcome) {
    case 'absent':
      return notFound('promotion of that id');
    case 'already-undone':
      return conflict('This promotion has been undone already.');
    case 'nothing-to-undo':
      return conflict('This promotion changed no tag: it only linked what had come to the source since.');
    case 'changed-since':
      return conflict(
        `The tag points at ${answer.digest ?? 'nothing'} now: undo what came later first, or restore the tag to a digest of its history.`,
      );
    case 'gone':
      return conflict(`What the tag pointed at before, ${answer.digest}, was deleted: push or promote it again.`);
    default:
      return keptTagProblem(answer);
  }
}

/** Why a tag was not restored, and what to do. */
export function restoreRefusal(answer: Exclude<RestoreOutcome, { outcome: 'restored' }>): ApiError | RegistryError {
  switch (answer.outcome) {
    case 'absent':
      return notFound('repository of that name');
    case 'not-in-history':
      return conflict('The tag has never pointed at this digest: its history says at which it has.');
    case 'gone':
      return conflict('That manifest was deleted since: push it again.');
    case 'quota-exceeded':
      return quotaRefusal(answer.excess);
    default:
      return keptTagProblem(answer);
  }
}

function describeConditions(conditions: readonly PromotionCondition[]): string {
  const failed = conditions.filter(({ holds }) => !holds).map(({ name, detail }) => `${name} (${detail})`);
  return `The target asks for what is not so: ${failed.join('; ')}.`;
}

function describeExcess(what: 'manifests' | 'blobs' | 'depth', most: number): string {
  if (what === 'depth') return `What refers to the image is stacked more than ${most} high: promote a part of it by its digest.`;
  return `One promotion takes at most ${most} ${what}, and this image has more: promote its parts by their digests.`;
}

function conflict(detail: string): ApiError {
  return new ApiError('conflict', { detail });
}
