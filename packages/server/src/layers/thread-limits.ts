import { setFlagsFromString } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';

/**
 * Limits of a thread that unpacks: what is young there is either kept, or garbage that keeps buffers from being given back, so there should be
 * little of it. What the process was started with is for requests and would come before the limit of a thread, so threads that start from
 * now on are without it.
 */
export function limitsOfUnpacking(maxOldGenerationSizeMb: number): ResourceLimits {
  setFlagsFromString('--max-semi-space-size=0');
  return { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: 2 };
}
