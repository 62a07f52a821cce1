import type { BlobReader } from '../registry/ports/blob-store.ts';
import type { HttpExchange } from './http-exchange.ts';
import { ClientGone } from './request-body.ts';
import type { TransferWatch } from './transfer-watch.ts';

/** Ranges up to here fit into what the system takes at once. */
const smallBytes = 64 * 1024;

/**
 * Ends the answer with bytes `start` to `end` (inclusive) of an opened blob. Throws as `sendBytes` does. A short range leaves
 * in one write with the head and the end of the answer.
 */
export async function endWithBytes(
  exchange: HttpExchange,
  reader: BlobReader,
  range: { start: number; end: number },
  watch: TransferWatch,
): Promise<void> {
  const { response } = exchange;
  let left = range.end + 1 - range.start;
  if (left > smallBytes) {
    await sendBytes(exchange, reader, range, watch);
    response.end();
    return;
  }
  if (exchange.closed) throw new ClientGone();
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  const transfer = watch.begin(() => response.destroy());
  try {
    // The buffer is reused, so a piece must have left before the next read; a closed answer reads none any more.
    await reader.read(range.start, range.end, (piece) => {
      transfer.goingOn(piece.byteLength);
      left -= piece.byteLength;
      exchange.bytesSent += piece.byteLength;
      // A write to a connection that has just been destroyed is never called back.
      if (left > 0) return Promise.race([closed, new Promise<void>((resolve) => response.write(piece, () => resolve()))]);
      response.end(piece);
      return closed;
    });
  } finally {
    transfer.end();
  }
  if (!exchange.completed) throw new ClientGone();
}

/**
 * Sends bytes `start` to `end` (inclusive) of an opened blob, at the client's pace and through the reader's reused
 * buffer. Throws `ClientGone` when the client leaves or takes them too slowly.
 */
export async function sendBytes(
  exchange: HttpExchange,
  reader: BlobReader,
  range: { start: number; end: number },
  watch: TransferWatch,
): Promise<void> {
  const { response } = exchange;
  const gone = new AbortController();
  const onClose = () => gone.abort(new ClientGone());
  response.once('close', onClose);
  const transfer = watch.begin(() => response.destroy());
  transfer.waiting();
  try {
    await reader.read(
      range.start,
      range.end,
      (piece) => {
        transfer.goingOn(piece.byteLength);
        return new Promise((resolve, reject) => {
          // The buffer is reused, so the next read waits until the kernel has this piece.
          response.write(piece, (error) => {
            if (error) {
              reject(new ClientGone());
              return;
            }
            exchange.bytesSent += piece.byteLength;
            transfer.moved(piece.byteLength);
            transfer.waiting();
            resolve();
          });
        });
      },
      gone.signal,
    );
  } catch (error) {
    throw gone.signal.aborted ? new ClientGone() : error;
  } finally {
    transfer.end();
    response.off('close', onClose);
  }
}
