/** Something that somebody does to the servers under torture, and knows afterwards what they must hold. */
export interface Work {
  /** Sets up what it needs; the servers run, and nobody harms them yet. */
  prepare(): Promise<void>;
  /** Works until the signal; requests that a fault cut off are part of it. */
  workUntil(signal: AbortSignal): Promise<void>;
  /** Compares what the servers hold with what they must; nobody works any more. */
  checkAll(): Promise<void>;
  /** Compares what the database holds, once the servers have stopped. */
  checkStopped?(): Promise<void>;
}
