import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8's own door to its collector; it exists while a flag says so. */
type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Where more is in use, standing still costs requests more than the memory is worth. */
const mostInUse = 160 * 1024 * 1024;

/**
 * Gives memory that this thread does not use back to the system, after something that took much more than it left. V8 does not do so by
 * itself as long as anything happens: what loads a few hundred modules leaves twice their size of room for new objects, and keeps the
 * pages of what was collected. The thread stands still for it: 3 ms or so for each MB that is in use.
 */
export function giveMemoryBack(): void {
  if (getHeapStatistics().used_heap_size > mostInUse) return;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  // What is compiled is cached by all flags together.
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
