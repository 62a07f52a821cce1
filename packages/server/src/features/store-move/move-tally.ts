/** What a move did, or would do. */
export interface MoveReport {
  /** Undefined: the project lived there already. */
  readonly from: string | undefined;
  /** false: `failed` blobs keep the project between its stores; everything is served meanwhile. */
  readonly finished: boolean;
  readonly copied: number;
  readonly copiedBytes: number;
  /** Blobs that the new store had. */
  readonly present: number;
  /** Blobs that no store has any more. */
  readonly lost: number;
  /** Blobs whose stored bytes are not those of their digest. */
  readonly failed: number;
}

/** Counts what a move does; each pass finds lost and failed blobs anew. */
export class MoveTally {
  copied = 0;
  copiedBytes = 0;
  present = 0;
  lost = 0;
  failed = 0;

  /** A new pass: what is there has been counted when it was copied. */
  restart(): void {
    Object.assign(this, { present: 0, lost: 0, failed: 0 });
  }

  addCopy(sizeBytes: number): void {
    this.copied += 1;
    this.copiedBytes += sizeBytes;
  }

  report(from: string | undefined, finished: boolean): MoveReport {
    const { copied, copiedBytes, present, lost, failed } = this;
    return { from, finished, copied, copiedBytes, present, lost, failed };
  }
}
