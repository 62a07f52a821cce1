import { createConnection } from 'node:net';
import type { ConnectToWriter } from './writer-connection.ts';
import { FrameReader, toFrame } from './writer-frames.ts';
import type { FromWriter } from './writer-messages.ts';

/** Connects to the writer process of this host at its Unix socket. */
export function connectToSocket(path: string): ConnectToWriter {
  return (events) => {
    const socket = createConnection({ path });
    const reader = new FrameReader((message) => events.message(message as FromWriter));
    let reason = 'it closed the connection';
    socket.on('data', (piece: Buffer) => reader.push(piece));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.once('close', () => events.ended(reason));
    return {
      send: (message) => {
        if (message === 'close') socket.end();
        else if (socket.writable) socket.write(toFrame(message));
      },
    };
  };
}
