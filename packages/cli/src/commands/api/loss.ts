import { type CommandInput, type Surroundings, UsageError } from '../../command.ts';
import { printable, readableValue } from '../../output/readable-value.ts';

/** Something that a command is about to destroy. */
export interface Loss {
  /** What goes, as a sentence without its end. */
  readonly what: string;
  /** Typed by whoever is sure; undefined: yes will do. */
  readonly name?: string;
  /** What is known of it. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * Whether to go on: yes with `--yes`, otherwise what the person at the terminal answers. Throws a UsageError where nobody can be asked:
 * nothing is ever destroyed, nor waited for, because a script had no answer.
 */
export async function isLossMeant(
  { what, name, facts = {} }: Loss,
  input: CommandInput,
  { terminal, output, say }: Surroundings,
): Promise<boolean> {
  if (input.has('yes')) return true;
  if (!terminal.stdinIsTty || !terminal.stderrIsTty)
    throw new UsageError('this destroys something and nobody can be asked: say --yes if it is meant');
  output.err(`${what} will be gone for good.`);
  for (const [key, value] of Object.entries(facts)) output.err(`  ${key}  ${readableValue(key, value, { nowMs: Date.now(), say })}`);
  const answer =
    name === undefined
      ? /^y(es)?$/i.test((await terminal.ask('Go on? [y/N] ')).trim())
      : (await terminal.ask(`Type ${printable(name)} to go on: `)).trim() === name;
  if (!answer) output.err('Nothing was changed.');
  return answer;
}
