/** Texts in another language by their English, in which `{}` stands for each part that varies. */
export type Phrases = Readonly<Record<string, string>>;

/** Says an English text in the other language; undefined where it is not known. */
export type Phrasebook = (english: string) => string | undefined;

interface Pattern {
  readonly matches: RegExp;
  readonly text: string;
}

const hole = /\{(\d?)\}/g;
/** Longer ones are no sentences of ours: what strangers sent is not searched through at length. */
const mostCharacters = 4000;
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * A phrasebook of these texts. `{}` of a translation are filled in order, `{1}` with the second of them. What fills them may be a text of its own,
 * such as the cause of a failure; a single word is a name.
 */
export function phrasebookOf(phrases: Phrases): Phrasebook {
  const patterns = patternsOf(phrases);
  const say: Phrasebook = (english) => {
    if (Object.hasOwn(phrases, english)) return phrases[english];
    if (english.length > mostCharacters || english.includes('\n')) return undefined;
    for (const { matches, text } of patterns) {
      const found = matches.exec(english);
      if (found !== null) return filled(text, found.slice(1), say);
    }
    return undefined;
  };
  return say;
}

/** The ones that say most first, since `{}` fits anything. */
function patternsOf(phrases: Phrases): readonly Pattern[] {
  return Object.entries(phrases)
    .filter(([english]) => english.includes('{}'))
    .toSorted(([a], [b]) => literalLength(b) - literalLength(a))
    .map(([english, text]) => ({ matches: new RegExp(`^${english.split('{}').map(escaped).join('(.*?)')}$`), text }));
}

const literalLength = (english: string) => english.replaceAll('{}', '').length;

function filled(text: string, parts: readonly string[], say: Phrasebook): string {
  let next = 0;
  return text.replace(hole, (_, at: string) => {
    const part = parts[at === '' ? next++ : Number(at)] ?? '';
    return part.includes(' ') ? (say(part) ?? listed(part, say)) : part;
  });
}

/** Several texts in a row, each by itself. */
function listed(part: string, say: Phrasebook): string {
  const texts = part.split('; ');
  return texts.length === 1 ? part : texts.map((text) => say(text) ?? text).join('；');
}
