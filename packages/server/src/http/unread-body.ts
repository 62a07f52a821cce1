import type { IncomingMessage } from 'node:http';

const patience = { idleMs: 2_000, totalMs: 30_000 };

/**
 * Reads and forgets what is left of a request's body, because many clients look at an answer only when they have sent
 * everything, and a connection closed on unread bytes takes the answer with it. Resolves to true at the end of the body;
 * to false when the client went away, sent nothing for `idleMs` (two seconds), or went on for `totalMs` (thirty).
 */
export function discardBody(request: IncomingMessage, { idleMs, totalMs } = patience): Promise<boolean> {
  if (request.complete) {
    request.resume();
    return Promise.resolve(true);
  }
  if (request.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(idle);
      clearTimeout(total);
      request.off('data', onData).off('end', settle).off('close', settle);
      resolve(request.complete);
    };
    const idle = setTimeout(settle, idleMs);
    const total = setTimeout(settle, totalMs);
    const onData = () => idle.refresh();
    request.on('data', onData).on('end', settle).on('close', settle);
    request.resume();
  });
}
