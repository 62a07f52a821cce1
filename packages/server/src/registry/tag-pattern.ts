/** A pattern over tag names: `*` stands for any characters, also none, `?` for one; everything else for itself. */
export type TagPattern = string & { readonly tagPattern: true };

const form = /^[A-Za-z0-9_.?*-]{1,128}$/;

/** The pattern that `text` is; undefined when a tag could never match it, or when it is longer than a tag. */
export function parseTagPattern(text: string): TagPattern | undefined {
  return form.test(text) ? (text as TagPattern) : undefined;
}

/**
 * Whether the whole tag matches. What stands between two `*` is settled at its first place, which leaves the most to those behind it,
 * so that nothing is tried again: at most as many comparisons as the product of the two lengths, whatever the pattern.
 */
export function matchesTag(pattern: TagPattern, tag: string): boolean {
  const [head = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return head.length === tag.length && isAt(head, tag, 0);
  const end = tag.length - last.length;
  if (end < head.length || !isAt(head, tag, 0) || !isAt(last, tag, end)) return false;
  let from = head.length;
  for (const piece of pieces) {
    while (from + piece.length <= end && !isAt(piece, tag, from)) from += 1;
    from += piece.length;
    if (from > end) return false;
  }
  return true;
}

function isAt(piece: string, tag: string, start: number): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    if (piece[index] !== '?' && piece[index] !== tag[start + index]) return false;
  }
  return true;
}
