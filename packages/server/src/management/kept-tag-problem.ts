import { describeTagRefusal } from '../registry/kept-tag.ts';
import type { TagRefusal } from '../registry/ports/tag-refusal.ts';
import { ApiError } from './problems.ts';

/** The refusal of a change to a tag that a rule keeps: `conflict` when nobody may do it, `forbidden` when others may. */
export function keptTagProblem(refusal: TagRefusal): ApiError {
  return new ApiError(refusal.outcome === 'tag-immutable' ? 'conflict' : 'forbidden', { detail: describeTagRefusal(refusal) });
}
