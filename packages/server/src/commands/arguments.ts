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
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const durationPattern = /^([0-9]{1,6})([hdm])$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h`, `30m` in milliseconds. */
export function requireDuration(text: string): number {
  const [, count, unit] = durationPattern.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new UsageError(`'${text}' is not a duration: write 90d, 12h or 30m.`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}
