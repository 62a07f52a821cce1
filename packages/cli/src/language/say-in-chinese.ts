import type { Say } from '../command.ts';
import { commandsInChinese } from './chinese/commands.ts';
import { flagsInChinese } from './chinese/flags.ts';
import { lossesInChinese } from './chinese/losses.ts';
import { messagesInChinese } from './chinese/messages.ts';

/** All of it, by its English. */
export const chinese: Readonly<Record<string, string>> = {
  ...commandsInChinese,
  ...flagsInChinese,
  ...lossesInChinese,
  ...messagesInChinese,
};

interface Pattern {
  readonly matches: RegExp;
  readonly chinese: string;
}

const hole = /\{(\d?)\}/g;
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Texts with parts that vary; the ones that say most first, since `{}` fits anything. */
const patterns: readonly Pattern[] = Object.entries(chinese)
  .filter(([english]) => english.includes('{}'))
  .toSorted(([a], [b]) => b.length - a.length)
  .map(([english, text]) => ({ matches: new RegExp(`^${english.split('{}').map(escaped).join('(.+?)')}$`, 's'), chinese: text }));

/**
 * A text, or each of its lines, in Chinese. `{}` of the translation are filled in order, `{1}` by their number; what fills
 * them may be a text itself, such as the cause of a failure.
 */
export const sayInChinese: Say = (english) => {
  const known = Object.hasOwn(chinese, english) ? chinese[english] : filled(english);
  if (known !== undefined) return known;
  return english.includes('\n') ? english.split('\n').map(sayInChinese).join('\n') : english;
};

function filled(english: string): string | undefined {
  if (english.includes('\n')) return undefined;
  for (const { matches, chinese: text } of patterns) {
    const found = matches.exec(english);
    if (found === null) continue;
    let next = 1;
    return text.replace(hole, (_, at: string) => sayInChinese(found[at === '' ? next++ : Number(at) + 1] ?? ''));
  }
  return undefined;
}
