/** Where a command writes: results to `out`, everything about the run to `err`. Whole lines. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
}

/** What a command needs from the process; replaced in tests. */
export interface Surroundings {
  readonly output: Output;
  readonly fetch: typeof fetch;
}

/** One verb. `run` resolves to the exit code and may throw a `UsageError`. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** The command line is wrong: said on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
