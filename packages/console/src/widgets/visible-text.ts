/**
 * What one cannot see, and what turns the direction of what follows: control characters, bidirectional marks, overrides and isolates, joiners,
 * tags. With them a name looks like another one.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text that strangers wrote, with what cannot be seen written out. `lines`: it may have several, and tabs. */
export function visibleText(text: string, { lines = false }: { lines?: boolean } = {}): string {
  return text.replaceAll(unseen, (character, at: number) => {
    const isBreak = character === '\n' || character === '\t' || (character === '\r' && text[at + 1] === '\n');
    return lines && isBreak ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
