import { setTimeout as pause } from 'node:timers/promises';
import { connectToSocket } from './socket-connection.ts';
import { type OnGroup, WriterClient } from './writer-client.ts';

const retryMs = 25;

/**
 * Connects to the writer process of this host, trying again for `waitMs` while none is there: the supervisor is starting the next one.
 * Rejects with a retryable `StorageError` after that.
 */
export async function reachWriter(socket: string, onGroup: OnGroup, waitMs = 5000): Promise<WriterClient> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      return await WriterClient.start(connectToSocket(socket), onGroup);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(retryMs);
    }
  }
}
