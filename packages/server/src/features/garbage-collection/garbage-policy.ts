/** What counts as garbage, and how gently it is removed. */
export interface GarbagePolicy {
  /**
   * How long content stays after it was last pushed, mounted or asked for. Must exceed the longest time between a
   * client's HEAD and the manifest that relies on it, and between the renaming of a file and its commit: zero is for
   * a registry that nobody pushes to.
   */
  readonly graceMs: number;
  /** How long an upload may stand still. */
  readonly uploadExpiryMs: number;
  /** Whether manifests go that have no tag, belong to no index, and refer to nothing present. */
  readonly untagged: 'keep' | 'delete';
  /** How long such a manifest stays, counted from its last push; the grace applies besides. */
  readonly untaggedAfterMs: number;
  /** How many rows or files one step handles before requests get their turn. */
  readonly batchSize: number;
}
