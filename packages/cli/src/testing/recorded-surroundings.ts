import type { Surroundings, Terminal } from '../command.ts';

/** What a test gives a command, and what it did. */
export interface RecordedSurroundings extends Surroundings {
  readonly outLines: string[];
  readonly errLines: string[];
  /** The addresses that were asked, with the method. */
  readonly asked: string[];
}

/** Surroundings without a terminal, files or network: requests are answered by `answer`. */
export function recordedSurroundings(
  answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 404 }),
  given: Partial<Omit<Surroundings, 'terminal'>> & { readonly terminal?: Partial<Terminal> } = {},
): RecordedSurroundings {
  const [outLines, errLines, asked]: [string[], string[], string[]] = [[], [], []];
  return {
    say: (english) => english,
    environment: {},
    home: '/nonexistent',
    ...given,
    outLines,
    errLines,
    asked,
    output: { out: (line) => void outLines.push(line), err: (line) => void errLines.push(line) },
    terminal: {
      stdinIsTty: false,
      stdoutIsTty: false,
      stderrIsTty: false,
      columns: 80,
      ask: () => Promise.reject(new Error('nobody can be asked')),
      redraw: (text) => void errLines.push(text),
      write: (bytes) => Promise.resolve(void outLines.push(new TextDecoder().decode(bytes))),
      interruption: () => new AbortController().signal,
      readAll: () => Promise.resolve(''),
      ...given.terminal,
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      asked.push(`${request.method} ${request.url}`);
      return answer(request);
    },
  };
}
