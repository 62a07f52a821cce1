import { setTimeout as pause } from 'node:timers/promises';
import { connectToSocket } from './socket-connection.ts';
import { WriterClient, type WriterClientOptions } from './writer-client.ts';

const retryMs = 25;

/**
 * Connects to the writer process of this host, trying again for `waitMs` while none is there, or the one that is there says nothing: the
 * supervisor is starting the next one. Rejects with a retryable `StorageError` after that.
 */
export async function reachWriter(socket: string, options: WriterClientOptions, waitMs = 5000): Promise<WriterClient> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      const leftMs = Math.max(deadline - performance.now(), retryMs);
      return await WriterClient.start(connectToSocket(socket, leftMs), options);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(retryMs);
    }
  }
}
