/** Told how writes to the metadata go, on their path: it must be quick, and must not throw. */
export interface WriteObserver {
  /** A write was asked for. */
  begun(): void;
  /** It was committed, or has failed, so long after it was asked for. */
  ended(seconds: number): void;
  /** Where writes are committed in groups: one with so many of them took so long. Of the processes in it, one is told. */
  committed(writes: number, seconds: number): void;
}
