import { closestVerb } from './closest-verb.ts';
import { type CommandInput, type Flag, type Positional, UsageError } from './command.ts';

/**
 * Tells flags and words apart: `--name value`, `--name=value`, `-n value`, and everything behind `--` a word.
 * Throws a UsageError for a flag that is not in `flags`, a value that is missing or too much, and words too few or too many.
 */
export function readArguments(argv: readonly string[], takes: readonly Positional[], flags: readonly Flag[]): CommandInput {
  const words: string[] = [];
  const given = new Map<string, string[]>();
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at] ?? '';
    if (text === '--') {
      words.push(...argv.slice(at + 1));
      break;
    }
    // A single dash means standard input.
    if (!text.startsWith('-') || text === '-') {
      words.push(text);
      continue;
    }
    const { flag, inline } = flagOf(text, flags);
    if (flag.value === undefined && inline !== undefined) throw new UsageError(`--${flag.name} takes no value`);
    const value = flag.value === undefined ? '' : (inline ?? argv[++at]);
    if (value === undefined) throw new UsageError(`--${flag.name} takes a value: --${flag.name} ${flag.value}`);
    given.set(flag.name, [...(given.get(flag.name) ?? []), checked(flag, value)]);
  }
  checkCount(words, takes);
  for (const flag of flags) {
    if ((given.get(flag.name)?.length ?? 0) > 1 && flag.many !== true && flag.value !== undefined)
      throw new UsageError(`--${flag.name} is given more than once`);
  }
  return {
    words,
    one: (name) => given.get(name)?.at(-1),
    all: (name) => given.get(name) ?? [],
    has: (name) => given.has(name),
  };
}

function flagOf(text: string, flags: readonly Flag[]): { flag: Flag; inline: string | undefined } {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const flag = flags.find((one) => name === `--${one.name}` || (one.short !== undefined && name === `-${one.short}`));
  if (flag !== undefined) return { flag, inline: equals < 0 ? undefined : text.slice(equals + 1) };
  const match = closestVerb(
    name.slice(2),
    flags.map((one) => one.name),
  );
  throw new UsageError(`unknown flag ${name}${match === undefined ? '' : `; did you mean --${match}?`}`);
}

function checked(flag: Flag, value: string): string {
  // Lists are given with commas, or by several flags.
  const wrong = (flag.many === true ? value.split(',') : [value]).find((one) => one !== '' && flag.choices?.includes(one) === false);
  if (wrong !== undefined) throw new UsageError(`--${flag.name} is one of ${flag.choices?.join(', ')}, not '${wrong}'`);
  return value;
}

function checkCount(words: readonly string[], takes: readonly Positional[]): void {
  const missing = takes.filter((one, at) => one.optional !== true && at >= words.length).map(({ name }) => name);
  if (missing.length > 0) throw new UsageError(`missing: ${missing.join(' ')}`);
  const extra = takes.at(-1)?.many === true ? [] : words.slice(takes.length);
  if (extra.length > 0) throw new UsageError(`too much: ${extra.join(' ')}`);
}
