/** Where a command writes: results to `out`, everything about the run to `err`. Whole lines. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** What stands at the other end of the standard streams, and a way to ask it. */
export interface Terminal {
  readonly stdinIsTty: boolean;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Asks on stderr and resolves to the line typed; `hidden`: without showing it. Only where `stdinIsTty`. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** Replaces the last line of stderr by this text; '' removes it. Only where `stderrIsTty`. */
  redraw(text: string): void;
  /** Puts bytes on standard output as they are; resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  /** Aborted by Ctrl-C, which from the first call on does no more than this, once. */
  interruption(): AbortSignal;
  /** Everything that comes from standard input. */
  readAll(): Promise<string>;
}

/** Says an English text in the user's language; what is not known there stays English. */
export type Say = (english: string) => string;

/** What a command needs from the process; replaced in tests. */
export interface Surroundings {
  /** Says what it is given on stderr in the user's language by itself; what is written to stdout may be for a program. */
  readonly output: Output;
  readonly terminal: Terminal;
  /** For the texts on stdout that are for people alone. */
  readonly say: Say;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly fetch: typeof fetch;
}

/** An argument without a dash. */
export interface Positional {
  readonly name: string;
  readonly optional?: boolean;
  /** Takes every word that is left. */
  readonly many?: boolean;
}

/** An argument `--name`. With `value`, a placeholder, it takes one; `many` times where said. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly summary: string;
  readonly many?: boolean;
  readonly choices?: readonly string[];
}

/** The words of one command line, told apart. */
export interface CommandInput {
  readonly words: readonly string[];
  /** The last value given for a flag. */
  one(flag: string): string | undefined;
  all(flag: string): readonly string[];
  has(flag: string): boolean;
}

/** One command: help, completion, the reference and what runs come from the same object. */
export interface Command {
  /** Noun and verb, such as `project create`. */
  readonly name: string;
  readonly summary: string;
  readonly takes: readonly Positional[];
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
  /** The operations of the management API that it reaches, by operationId. */
  readonly operations: readonly string[];
  /** Whether it works with any OCI registry. */
  readonly anyRegistry?: boolean;
  /** Resolves to the exit code; may throw whatever `exitCodeOf` knows. */
  run(input: CommandInput, surroundings: Surroundings): Promise<number>;
}

/** The command line is wrong: said on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
