import type { TagRefusal } from './ports/tag-refusal.ts';
import { RegistryError } from './registry-error.ts';

/** What a refusal by a tag rule says to people: which rule, and what to do. */
export function describeTagRefusal({ outcome, tag, rule }: TagRefusal): string {
  const pattern = `the rule ${rule.id} of the project ('${rule.tags}' in '${rule.repositories}')`;
  return outcome === 'tag-immutable'
    ? `The tag '${tag}' cannot be moved or deleted: ${pattern} makes it immutable. Push another tag, or have the rule changed.`
    : `The tag '${tag}' is protected by ${pattern}: only ${rule.roles.join(', ')} and administrators may create, move or delete it. Push another tag, or ask one of them.`;
}

/** The refusal of a change to a tag that a rule keeps: 409 when nobody may do it, 403 when others may. */
export function keptTag(refusal: TagRefusal): RegistryError {
  const { outcome, tag, rule } = refusal;
  return new RegistryError('DENIED', {
    status: outcome === 'tag-immutable' ? 409 : 403,
    message: describeTagRefusal(refusal),
    detail: { tag, rule: { id: String(rule.id), repositories: rule.repositories, tags: rule.tags } },
  });
}
