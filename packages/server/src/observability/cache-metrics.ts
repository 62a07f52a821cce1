import { type MetricFamily, singleValue } from './metric-family.ts';

/** What a cache in memory did since its process started, and what it holds now. */
export interface MemoryCacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly bytes: number;
}

/** The figures of the memory cache of blobs. */
export function memoryCacheFamilies({ hits, misses, evictions, bytes }: MemoryCacheFigures): MetricFamily[] {
  const counter = (name: string, help: string, value: number) => singleValue({ name, help, type: 'counter', merge: 'sum' }, value);
  const held = { name: 'registry_memory_cache_bytes', help: 'Memory that the cache of small blobs holds.' } as const;
  return [
    counter('registry_memory_cache_hits_total', 'Reads of small blobs that were answered from memory.', hits),
    counter('registry_memory_cache_misses_total', 'Reads of small blobs that were not.', misses),
    counter('registry_memory_cache_evictions_total', 'Blobs that made room for others.', evictions),
    singleValue({ ...held, type: 'gauge', merge: 'sum' }, bytes),
  ];
}
