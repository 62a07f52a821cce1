import { spawn } from 'node:child_process';
import { programPath } from './programs.ts';

/** A program that runs at a terminal of its own. */
export interface TerminalSession {
  /** Everything that it has shown so far, with the escapes. */
  shown(): string;
  /** Resolves when what was shown matches; rejects, with what was shown, when the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Presses keys: `\r` is Enter, `\u0003` Ctrl-C, `\t` Tab. */
  type(keys: string): void;
  /** Its exit code, 128 and the signal for one that a signal ended, when everything it showed has come. */
  readonly ended: Promise<number>;
}

/** How the terminal is. */
export interface TerminalOptions {
  readonly env?: Record<string, string>;
  readonly columns?: number;
}

/** Whatever waits for something that never comes ends then, and says what was shown. */
const limitMs = 300_000;

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Runs a program at a pseudo-terminal, which script(1) of util-linux makes; what is typed is echoed unless the program forbids it. */
export function startAtTerminal(command: readonly string[], { env = {}, columns = 100 }: TerminalOptions = {}): TerminalSession {
  const line = `stty cols ${columns} rows 30; exec ${command.map(quoted).join(' ')}`;
  // Whatever shell the user of this machine has: the line is written for sh.
  const child = spawn(programPath('script'), ['-q', '-e', '-f', '-E', 'always', '-c', line, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: limitMs,
  });
  let shown = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    for (const look of waiting) look();
  });
  // The program may have ended before what is typed arrives.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  return {
    shown: () => shown,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(shown);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} before ${pattern} was shown: ${JSON.stringify(shown)}`)), reject);
      }),
    type: (keys) => void child.stdin.write(keys),
    ended,
  };
}
