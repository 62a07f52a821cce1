/** Texts in another language by their English, in which `{}` stands for each part that varies. */
export type Phrases = Readonly<Record<string, string>>;

/** Says an English text in the other language; undefined where it is not known. */
export type Phrasebook = (english: string) => string | undefined;

interface Pattern {
  /** What stands around what varies. */
  readonly literals: readonly string[];
  readonly text: string;
}

const hole = /\{(\d?)\}/g;
/** Longer ones are no sentences of ours: what strangers sent is not searched through at length. */
const mostCharacters = 4000;

/**
 * A phrasebook of these texts. `{}` of a translation are filled in order, `{1}` with the second of them. What fills them may be a text of its own,
 * such as the cause of a failure; a single word is a name.
 */
export function phrasebookOf(phrases: Phrases): Phrasebook {
  const patterns = patternsOf(phrases);
  const say: Phrasebook = (english) => {
    if (Object.hasOwn(phrases, english)) return phrases[english];
    if (english.length > mostCharacters || english.includes('\n')) return undefined;
    for (const { literals, text } of patterns) {
      const parts = partsOf(english, literals);
      if (parts !== undefined) return filled(text, parts, say);
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
    .map(([english, text]) => ({ literals: english.split('{}'), text }));
}

/** What fills the holes, each as short as can be; undefined where it does not fit. A regular expression can be kept busy for seconds. */
function partsOf(english: string, literals: readonly string[]): readonly string[] | undefined {
  const [first = '', ...inner] = literals;
  const last = inner.pop() ?? '';
  const end = english.length - last.length;
  if (!english.startsWith(first) || !english.endsWith(last)) return undefined;
  const parts: string[] = [];
  let at = first.length;
  for (const literal of inner) {
    const found = english.indexOf(literal, at);
    if (found < 0) return undefined;
    parts.push(english.slice(at, found));
    at = found + literal.length;
  }
  return at > end ? undefined : [...parts, english.slice(at, end)];
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
