import { createConnection } from 'node:net';
import type { ConnectToWriter } from './writer-connection.ts';
import { FrameReader, toFrame } from './writer-frames.ts';
import type { FromWriter } from './writer-messages.ts';

/** Connects to the writer process of this host at its Unix socket; ends when the writer has not said anything within `waitMs`. */
export function connectToSocket(path: string, waitMs: number): ConnectToWriter {
  return (events) => {
    const socket = createConnection({ path });
    const reader = new FrameReader((message) => events.message(message as FromWriter));
    let reason = 'it closed the connection';
    // The system takes connections for a process that stands still.
    const limit = setTimeout(() => socket.destroy(new Error(`it says nothing`)), waitMs);
    socket.once('data', () => clearTimeout(limit));
    socket.on('data', (piece: Buffer) => reader.push(piece));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.once('close', () => {
      clearTimeout(limit);
      events.ended(reason);
    });
    return {
      send: (message) => {
        if (message === 'close') socket.end();
        else if (socket.writable) socket.write(toFrame(message));
      },
    };
  };
}
