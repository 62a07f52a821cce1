import { Writable } from 'node:stream';
import type { Terminal } from '../command.ts';

/** Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  let interruption: AbortController | undefined;
  return {
    stdinIsTty: process.stdin.isTTY === true,
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    // Whichever of the two is a terminal: it is the same one.
    columns: process.stdout.columns ?? process.stderr.columns ?? 80,
    ask,
    interruption() {
      if (interruption === undefined) {
        const controller = new AbortController();
        process.once('SIGINT', () => controller.abort());
        interruption = controller;
      }
      return interruption.signal;
    },
    redraw: (text) => void process.stderr.write(`\r\u001b[2K${text}`),
    write: (bytes) => new Promise((resolve) => void process.stdout.write(bytes, () => resolve())),
    async readAll() {
      let text = '';
      for await (const piece of process.stdin.setEncoding('utf8')) text += String(piece);
      return text;
    },
  };
}

async function ask(question: string, { hidden = false } = {}): Promise<string> {
  const { createInterface } = await import('node:readline');
  // With a terminal, readline echoes what is typed: here, or nowhere.
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  // Only now: whoever sees it may type, and until now the terminal itself would have shown that.
  process.stderr.write(question);
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new Interrupted('interrupted')));
      lines.once('close', () => reject(new Interrupted('the input ended before there was an answer')));
    });
  } finally {
    lines.close();
    if (hidden) process.stderr.write('\n');
  }
}
