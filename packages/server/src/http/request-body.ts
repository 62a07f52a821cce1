import type { IncomingMessage } from 'node:http';
import type { ByteSink } from '../registry/ports/blob-store.ts';
import type { BodySource } from '../registry/registry.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { TransferWatch } from './transfer-watch.ts';

/** The client went away; there is nobody to answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client closed the connection before the exchange was complete');
    this.name = 'ClientGone';
  }
}

export interface BodyLimits {
  readonly watch: TransferWatch;
  /** Longer bodies are refused with `tooLong`. */
  readonly maxBytes: number;
  readonly tooLong: () => RegistryError;
}

/** A request's body as the core takes it: piece by piece, waiting for each when it asks to. May be read once. */
export function requestBody(exchange: HttpExchange, limits: BodyLimits): BodySource {
  const { request, response } = exchange;
  return async (sink) => {
    if (announcedLength(request) > limits.maxBytes) throw limits.tooLong();
    // Node holds back 100 Continue (checkContinue) until somebody wants the body.
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    let received = 0;
    let taking: Promise<void> | undefined;
    await new Promise<void>((resolve, reject) => {
      const transfer = limits.watch.begin(() => fail(tooSlow()));
      const finish = (settle: () => void) => {
        transfer.end();
        request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
        settle();
      };
      const fail = (error: unknown) =>
        finish(() => {
          request.pause();
          reject(error);
        });
      const onData = (piece: Buffer) => {
        received += piece.byteLength;
        exchange.bytesReceived += piece.byteLength;
        transfer.moved(piece.byteLength);
        if (received > limits.maxBytes) {
          fail(limits.tooLong());
          return;
        }
        const taken = offer(piece, sink, fail);
        if (taken === undefined) return;
        request.pause();
        transfer.waiting();
        taking = taken.then(() => {
          taking = undefined;
          transfer.goingOn();
          request.resume();
        });
        taking.catch(fail);
      };
      const onEnd = () => {
        const complete = () => finish(request.complete ? resolve : () => reject(new ClientGone()));
        // End and close do not wait for a pause that began with the last piece.
        request.off('close', onClose);
        if (taking === undefined) complete();
        else taking.then(complete, fail);
      };
      const onClose = () => fail(new ClientGone());
      if (request.destroyed && !request.readableEnded) {
        fail(new ClientGone());
        return;
      }
      request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    });
  };
}

/** Hands a piece to the sink. What it throws must end this body: out of an event it would end the process. */
function offer(piece: Buffer, sink: ByteSink, fail: (error: unknown) => void): Promise<void> | undefined {
  try {
    return sink(piece);
  } catch (error) {
    fail(error);
    return undefined;
  }
}

/** The whole body in memory, for bodies with a small limit. */
export async function readBody(exchange: HttpExchange, limits: BodyLimits): Promise<Buffer> {
  let gathered = Buffer.alloc(0);
  let length = 0;
  await requestBody(
    exchange,
    limits,
  )((piece) => {
    // Copied, not kept: an object for each piece would cost hundreds of times what is in it, when a client sends single bytes.
    const needed = length + piece.byteLength;
    if (needed > gathered.byteLength) gathered = Buffer.concat([gathered], Math.max(needed, 2 * length));
    gathered.set(piece, length);
    length = needed;
    return undefined;
  });
  return length === gathered.byteLength ? gathered : Buffer.from(gathered.subarray(0, length));
}

/** Content-Length as announced; 0 without one (a chunked body is counted as it comes). */
export function announcedLength(request: IncomingMessage): number {
  const length = request.headers['content-length'];
  return length === undefined ? 0 : Number(length);
}

/** Whether a body follows at all. */
export function hasBody(request: IncomingMessage): boolean {
  // HTTP/2 needs neither header: its stream knows.
  const stream = (request as { stream?: { endAfterHeaders: boolean } }).stream;
  if (stream !== undefined) return !stream.endAfterHeaders;
  return request.headers['transfer-encoding'] !== undefined || announcedLength(request) > 0;
}

function tooSlow(): RegistryError {
  return new RegistryError('UNAVAILABLE', { status: 408, message: 'The body came too slowly: check the network and send it again.' });
}
