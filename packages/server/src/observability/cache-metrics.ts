import { type MetricFamily, singleValue } from './metric-family.ts';

/** What a cache in memory did since its process started, and what it holds now. */
export interface MemoryCacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly bytes: number;
}

/** What the cache of a database server did, and how it is now. */
export interface MetadataCacheFigures {
  readonly hits: number;
  readonly misses: number;
  /** Reads that could not use it because changes of other replicas were not heard. */
  readonly bypassed: number;
  readonly bytes: number;
  /** Changes that were heard. */
  readonly changes: number;
  /** Whether changes are heard. */
  readonly isFresh: boolean;
}

/** What a cache on disk did since its process started, and what its directory holds now. */
export interface DiskCacheFigures {
  readonly hits: number;
  readonly joins: number;
  readonly misses: number;
  readonly fetches: number;
  readonly evictions: number;
  readonly failures: number;
  readonly bytes: number;
}

const counter = (name: string, help: string, value: number) => singleValue({ name, help, type: 'counter', merge: 'sum' }, value);

/** The figures of the cache of what was read from PostgreSQL; none without such a cache. */
export function metadataCacheFamilies(figures: MetadataCacheFigures | undefined): MetricFamily[] {
  if (figures === undefined) return [];
  const { hits, misses, bypassed, bytes, changes, isFresh } = figures;
  const held = { name: 'registry_metadata_cache_bytes', help: 'Memory that the cache of metadata holds.' } as const;
  const listening = { name: 'registry_metadata_listening', help: 'Whether changes by other replicas are heard: 1, or 0.' } as const;
  return [
    counter('registry_metadata_cache_hits_total', 'Reads of metadata that were answered from memory.', hits),
    counter('registry_metadata_cache_misses_total', 'Such reads that asked the database.', misses),
    counter('registry_metadata_cache_bypassed_total', 'Such reads that had to ask because changes were not heard.', bypassed),
    counter('registry_metadata_changes_total', 'Changes of metadata that were heard.', changes),
    singleValue({ ...held, type: 'gauge', merge: 'sum' }, bytes),
    singleValue({ ...listening, type: 'gauge', merge: 'min' }, Number(isFresh)),
  ];
}

/** The figures of the memory cache of blobs. */
export function memoryCacheFamilies({ hits, misses, evictions, bytes }: MemoryCacheFigures): MetricFamily[] {
  const held = { name: 'registry_memory_cache_bytes', help: 'Memory that the cache of small blobs holds.' } as const;
  return [
    counter('registry_memory_cache_hits_total', 'Reads of small blobs that were answered from memory.', hits),
    counter('registry_memory_cache_misses_total', 'Reads of small blobs that were not.', misses),
    counter('registry_memory_cache_evictions_total', 'Blobs that made room for others.', evictions),
    singleValue({ ...held, type: 'gauge', merge: 'sum' }, bytes),
  ];
}

/** The figures of the disk cache of blobs. Its directory is the same for all workers. */
export function diskCacheFamilies({ hits, joins, misses, fetches, evictions, failures, bytes }: DiskCacheFigures): MetricFamily[] {
  const held = { name: 'registry_disk_cache_bytes', help: 'Bytes of blobs that the disk cache holds.' } as const;
  return [
    counter('registry_disk_cache_hits_total', 'Reads of blobs that were served from the disk cache.', hits),
    counter('registry_disk_cache_joins_total', 'Reads of blobs that followed a fetch that was under way.', joins),
    counter('registry_disk_cache_misses_total', 'Reads of blobs that asked their store.', misses),
    counter('registry_disk_cache_fetches_total', 'Blobs that began to be fetched into the disk cache.', fetches),
    counter('registry_disk_cache_evictions_total', 'Blobs that made room for others on disk.', evictions),
    counter('registry_disk_cache_failures_total', 'Errors of the disk of the cache, and damaged files in it.', failures),
    singleValue({ ...held, type: 'gauge', merge: 'max' }, bytes),
  ];
}
