import type { IncomingMessage } from 'node:http';
import { freePiece } from '../../registry/free-piece.ts';
import type { ByteSink } from '../../registry/ports/blob-store.ts';
import { SilenceError } from './s3-errors.ts';

/**
 * Hands at most `length` bytes of a body to `sink`, one piece at a time and waiting for it. Resolves when these are done or
 * the body ends; to the error when it breaks, or when nothing comes for `silenceMs` although `sink` would take it. Rejects
 * with what `sink` throws. Events instead of an iterator: a blob comes in pieces of 64 KiB, and each costs less that way. A piece's
 * memory goes when `sink`'s promise resolves.
 */
export function passOn(body: IncomingMessage, length: number, silenceMs: number, sink: ByteSink): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  // A body that is read to its end leaves the connection to the next request.
  const toTheEnd = length >= Number(body.headers['content-length']);
  let left = length;
  let taken: Promise<void> | undefined;
  const end = (error?: unknown): void => {
    // Here, since a sink may never answer: its reader was told to stop.
    clearTimeout(quiet);
    if (taken === undefined) resolve(error);
    else taken.then(() => resolve(error), reject);
  };
  const goOn = (): void => {
    taken = undefined;
    if (left > 0 || toTheEnd) body.resume();
    else end();
  };
  const quiet = setTimeout(() => {
    if (taken === undefined) body.destroy(new SilenceError(`no byte for ${silenceMs} ms`));
    else quiet.refresh();
  }, silenceMs);
  const pass = (piece: Buffer): void => {
    // More than was asked for.
    if (left === 0) return;
    quiet.refresh();
    const wanted = piece.length > left ? piece.subarray(0, left) : piece;
    left -= wanted.length;
    try {
      taken = sink(wanted);
    } catch (error) {
      reject(error);
      return;
    }
    if (taken === undefined) goOn();
    else {
      body.pause();
      taken.then(() => {
        // Not after a sink that answers at once: the parser may still be at this memory then.
        freePiece(piece);
        goOn();
      }, reject);
    }
  };
  // Node's parser copies a body's pieces out of what the socket read, which is nobody's as soon as that listener of Node's has returned.
  const { socket } = body;
  socket.on('data', freePiece);
  body.on('data', pass);
  body.once('end', end);
  body.once('error', end);
  body.once('close', end);
  return promise.finally(() => {
    clearTimeout(quiet);
    socket.off('data', freePiece);
    body.off('data', pass);
  });
}
