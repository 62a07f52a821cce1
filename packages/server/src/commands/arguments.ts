import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line cannot be understood; the message names the fix. Ends the process with 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options and positional arguments of one verb; throws `UsageError` for what the verb does not know. */
export function readArguments<T extends Options>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(refusalOf(error));
  }
}

/** What Node found wrong with the flags, in a sentence of ours: its own takes several, and is in English alone. */
function refusalOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, flag] = /^(?:Unknown option|Option) '(-[^\s']*)/.exec(message) ?? [];
  if (flag === undefined) return message;
  if (message.startsWith('Unknown')) return `There is no flag ${flag}.`;
  return message.includes('does not take an argument') ? `${flag} takes no value.` : `${flag} needs a value.`;
}

/**
 * The verb and what follows it, when that is as many words as the verb takes; `takes`: their names by verb. Throws `UsageError`: a word
 * that is ignored is a wish that is not done.
 */
export function readVerb<V extends string>(
  command: string,
  words: readonly string[],
  takes: Readonly<Record<V, readonly string[]>>,
): { verb: V; operands: readonly string[] } {
  const [verb, ...operands] = words;
  if (verb === undefined) throw new UsageError('A verb is missing.');
  if (!isVerb(verb, takes)) throw new UsageError(`There is no verb '${verb}'.`);
  const wanted = takes[verb];
  const [problem, which] =
    operands.length < wanted.length ? ['missing', wanted.slice(operands.length)] : ['too much', operands.slice(wanted.length)];
  if (which.length > 0)
    throw new UsageError(`'${command} ${verb}' takes ${wanted.join(' ') || 'nothing'}; ${problem}: ${which.join(' ')}.`);
  return { verb, operands };
}

function isVerb<V extends string>(word: string, takes: Readonly<Record<V, unknown>>): word is V {
  return Object.hasOwn(takes, word);
}

const durationPattern = /^([0-9]{1,6})([hdm])$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h`, `30m` in milliseconds. */
export function requireDuration(text: string): number {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new UsageError(`'${text}' is not a duration: write 90d, 12h or 30m.`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}
