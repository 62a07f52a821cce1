import { StorageError } from '../registry/ports/blob-store.ts';
import type { Logger } from '../registry/ports/logger.ts';
import type { Page } from './page.ts';

/** One part of the server without which requests fail, all of them or some. */
export interface HealthCheck {
  /** As operators know it: `database`, `store default`. Anybody may read it. */
  readonly name: string;
  /** Others do without it: the server stays ready, and says that it does not work. */
  readonly isDispensable?: boolean;
  /** Throws when the part does not work. What it resolves to is a warning that anybody may read. */
  look(): Promise<string | undefined>;
}

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  /** Says nothing of paths, hosts or causes, because anybody may read it; those are in the log. */
  readonly text: string;
}

interface HealthOptions {
  /** After this a part counts as not working. */
  readonly answerMs: number;
  /** A finding is good for this long: however often the page is asked for, the disk is written to once in it. */
  readonly freshMs: number;
}

const bounds: HealthOptions = { answerMs: 2000, freshMs: 1000 };
const contentType = 'text/plain; charset=utf-8';

/**
 * `/healthz`: 200 while the process answers at all; it looks at nothing. `/readyz`: 200 when every part works that nothing works
 * without, else 503, after two seconds at most, with a line for each part that does not work; `?verbose` has a line for every part. A
 * drain is a 503.
 */
export function createHealthPages(checks: readonly HealthCheck[], logger: Logger, options = bounds): ReadonlyMap<string, Page> {
  const watched = checks.map((check) => new WatchedCheck(check, logger, options));
  return new Map<string, Page>([
    ['/healthz', async () => ({ status: 200, contentType, body: 'ok\n' })],
    [
      '/readyz',
      async ({ query, draining }) => {
        if (draining) return answer(503, ['draining: this server is stopping and takes no new requests']);
        const findings = await Promise.all(watched.map((check) => check.find()));
        const ready = findings.every(({ ok }) => ok);
        const shown = query.has('verbose') ? findings : findings.filter(({ text }) => text !== 'ok');
        return answer(
          ready ? 200 : 503,
          shown.map(({ name, text }) => `${name}: ${text}`),
        );
      },
    ],
  ]);
}

function answer(status: 200 | 503, lines: readonly string[]) {
  return { status, contentType, body: [status === 200 ? 'ready' : 'not ready', ...lines, ''].join('\n') };
}

/** A check that runs once at a time, so that one which hangs is not begun again with every question. */
class WatchedCheck {
  readonly #check: HealthCheck;
  readonly #logger: Logger;
  readonly #options: HealthOptions;
  #running: { readonly since: number; readonly end: Promise<Finding> } | undefined;
  #last: { readonly at: number; readonly finding: Finding } | undefined;
  #said = 'ok';

  constructor(check: HealthCheck, logger: Logger, options: HealthOptions) {
    this.#check = check;
    this.#logger = logger;
    this.#options = options;
  }

  async find(): Promise<Finding> {
    const { answerMs, freshMs } = this.#options;
    if (this.#last !== undefined && performance.now() - this.#last.at < freshMs) return this.#last.finding;
    this.#running ??= { since: performance.now(), end: this.#look() };
    const { since, end } = this.#running;
    const left = since + answerMs - performance.now();
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), Math.max(left, 0));
    const finding = await Promise.race([end, late.promise]);
    clearTimeout(timer);
    if (finding !== undefined) return finding;
    return this.#noted(this.#failure(`no answer within ${answerMs / 1000} s`));
  }

  async #look(): Promise<Finding> {
    const { name } = this.#check;
    const finding = await this.#check.look().then(
      (warning) => this.#noted({ name, ok: true, text: warning ?? 'ok' }),
      (cause: unknown) => this.#noted(this.#failure(reasonOf(cause)), cause),
    );
    this.#last = { at: performance.now(), finding };
    this.#running = undefined;
    return finding;
  }

  #failure(text: string): Finding {
    const { name, isDispensable = false } = this.#check;
    return { name, ok: isDispensable, text };
  }

  /** The log hears of changes only: the page is asked for every few seconds. */
  #noted(finding: Finding, cause?: unknown): Finding {
    const { name, ok, text } = finding;
    if (text === this.#said) return finding;
    this.#said = text;
    if (!ok) this.#logger.error(`Not ready: ${name}: ${text}.`, cause === undefined ? {} : { cause });
    else if (text === 'ok') this.#logger.info(`Works again: ${name}.`);
    else this.#logger.warn(`Still ready, but ${name}: ${text}.`);
    return finding;
  }
}

function reasonOf(cause: unknown): string {
  const reason = cause instanceof StorageError ? cause.reason : 'failed';
  if (reason === 'full') return 'no space left: free some';
  if (reason === 'read-only') return 'cannot be written to: see the log for the cause';
  if (reason === 'unreachable') return 'cannot be reached: see the log for the cause';
  if (reason === 'stalled') return 'its writer does not answer: see the log for the cause';
  return 'does not work: see the log for the cause';
}
