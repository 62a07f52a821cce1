import type { Socket } from 'node:net';
import { patienceMs } from './site.ts';

/** What happens first to a socket: `event`, an error, or nothing for as long as a step waits. Errors after that are nobody's concern. */
export function firstOf(socket: Socket, event: 'connect' | 'secureConnect'): Promise<'ready' | 'silent' | Error> {
  return new Promise((resolve) => {
    socket.setTimeout(patienceMs, () => resolve('silent'));
    socket.once(event, () => resolve('ready'));
    socket.on('error', resolve);
    socket.once('close', () => resolve(new Error('the connection was closed')));
  });
}
