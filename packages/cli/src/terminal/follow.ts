import { setTimeout as pause } from 'node:timers/promises';
import type { Terminal } from '../command.ts';

const pollMs = 500;

/** What is asked for, and what is told of it meanwhile. */
interface Followed<T> {
  readonly ask: () => Promise<T>;
  readonly isEnd: (seen: T) => boolean;
  readonly lineOf: (seen: T, elapsedMs: number) => string;
}

/** Asks again until an answer is an end; on a terminal with a line that tells how far it is. Ctrl-C ends the waiting: it rejects. */
export async function follow<T>({ ask, isEnd, lineOf }: Followed<T>, terminal: Terminal): Promise<T> {
  const startedMs = Date.now();
  try {
    for (;;) {
      const seen = await ask();
      if (isEnd(seen)) return seen;
      if (terminal.stderrIsTty) terminal.redraw(lineOf(seen, Date.now() - startedMs));
      await pause(pollMs, undefined, { signal: terminal.interruption() });
    }
  } finally {
    if (terminal.stderrIsTty) terminal.redraw('');
  }
}
