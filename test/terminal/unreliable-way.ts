import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What happens to a request: it passes; nobody answers it; the registry's answer is lost on the way; it breaks after its first bytes; or it
 * is answered with this status by what stands in between.
 */
type Fate = 'pass' | 'hold' | 'lose' | 'cut' | number;

/** A way to a registry on which requests meet what a test wants: real networks fail when they want. */
export interface UnreliableWay {
  readonly url: string;
  readonly host: string;
  /** Every request so far, `METHOD /path`. */
  readonly seen: string[];
  /** Decides what happens to a request from now on, by its line in `seen`. */
  fate: (line: string) => Fate;
  stop(): Promise<void>;
}

const cutAfterBytes = 1024 * 1024;

/** Starts one on loopback. */
export async function startUnreliableWay(target: string): Promise<UnreliableWay> {
  const way = { seen: [] as string[], fate: (_line: string): Fate => 'pass' };
  const server = createServer((asked, answer) => {
    const line = `${asked.method} ${asked.url?.split('?')[0]}`;
    way.seen.push(line);
    const fate = way.fate(line);
    if (fate === 'hold') asked.resume();
    else if (typeof fate === 'number') answer.writeHead(fate).end();
    else forward(asked, answer, target, fate);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(way, {
    url: `http://${host}`,
    host,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function forward(asked: IncomingMessage, answer: ServerResponse, target: string, fate: 'pass' | 'lose' | 'cut'): void {
  const { method, headers, url = '' } = asked;
  const further = request(new URL(url, target), { ...(method !== undefined && { method }), headers }, (given) => {
    if (fate === 'lose') return void given.resume().once('end', () => answer.destroy());
    answer.writeHead(given.statusCode ?? 500, given.headers);
    if (fate === 'pass') return void given.pipe(answer);
    let left = cutAfterBytes;
    given.on('data', (piece: Buffer) => {
      if (left <= 0) return;
      left -= piece.length;
      answer.write(piece, () => left <= 0 && answer.destroy());
    });
  });
  further.once('error', () => answer.destroy());
  answer.once('close', () => further.destroy());
  asked.pipe(further);
}
