import type { Feature } from '../feature.ts';
import { type IndexLoopDeps, indexLoop } from './index-loop.ts';
import { queueImages } from './queue-images.ts';

/** Makes images findable by their labels and annotations, some seconds behind their push. */
export function searchIndex(deps: IndexLoopDeps): Feature {
  return { name: 'search-index', background: [indexLoop(deps)], queued: [queueImages(deps.search)] };
}
