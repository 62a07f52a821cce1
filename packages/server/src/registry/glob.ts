/**
 * Whether the whole text matches a glob: `*` stands for any characters, also none, `?` for one; everything else for itself. What stands
 * between two `*` is settled at its first place, which leaves the most to those behind it, so that nothing is tried again: at most as
 * many comparisons as the product of the two lengths, whatever the glob.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const [head = '', ...pieces] = glob.split('*');
  const last = pieces.pop();
  if (last === undefined) return head.length === text.length && isAt(head, text, 0);
  const end = text.length - last.length;
  if (end < head.length || !isAt(head, text, 0) || !isAt(last, text, end)) return false;
  let from = head.length;
  for (const piece of pieces) {
    while (from + piece.length <= end && !isAt(piece, text, from)) from += 1;
    from += piece.length;
    if (from > end) return false;
  }
  return true;
}

function isAt(piece: string, text: string, start: number): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    if (piece[index] !== '?' && piece[index] !== text[start + index]) return false;
  }
  return true;
}
