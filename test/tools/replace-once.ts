/** `text` with `part`, which it must have exactly once, replaced: what was changed there would otherwise be left out without a word. */
export function replaceOnce(text: string, part: string, replacement: string): string {
  const [before, after, ...more] = text.split(part);
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`not there exactly once: ${part}\n${text}`);
  return before + replacement + after;
}
