import type { BlobReader } from '../registry/ports/blob-store.ts';
import type { HttpExchange } from './http-exchange.ts';
import { ClientGone } from './request-body.ts';
import type { TransferWatch } from './transfer-watch.ts';

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
        transfer.goingOn();
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
