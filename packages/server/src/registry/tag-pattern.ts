import { matchesGlob } from './glob.ts';

/** A pattern over tag names: `*` stands for any characters, also none, `?` for one; everything else for itself. */
export type TagPattern = string & { readonly tagPattern: true };

const form = /^[A-Za-z0-9_.?*-]{1,128}$/;

/** The pattern that `text` is; undefined when a tag could never match it, or when it is longer than a tag. */
export function parseTagPattern(text: string): TagPattern | undefined {
  return form.test(text) ? (text as TagPattern) : undefined;
}

/** Whether the whole tag matches. */
export function matchesTag(pattern: TagPattern, tag: string): boolean {
  return matchesGlob(pattern, tag);
}
