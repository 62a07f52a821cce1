import { Session } from 'node:inspector';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';

/** Where more is in use, standing still costs requests more than the memory is worth. */
const mostInUse = 160 * 1024 * 1024;

/**
 * Gives memory that this thread does not use back to the system, after something that took much more than it left. V8 does not do so by
 * itself as long as anything happens: what loads a few hundred modules leaves twice their size of room for new objects, and keeps the
 * pages of what was collected. The thread stands still for it: 3 ms or so for each MB that is in use.
 */
export async function giveMemoryBack(): Promise<void> {
  if (getHeapStatistics().used_heap_size > mostInUse) return;
  // By what debuggers use: a flag would be one of all threads, and what is compiled is cached by all flags together.
  const session = new Session();
  session.connect();
  const collected = Promise.withResolvers<void>();
  session.post('HeapProfiler.collectGarbage', (error) => (error === null ? collected.resolve() : collected.reject(error)));
  try {
    await collected.promise;
  } finally {
    // The answer comes while V8 holds the session.
    await nextTurn();
    session.disconnect();
  }
}
