import type { Millis } from '../registry/ports/content-store.ts';

/** A blob in the repository that links it. */
export interface BlobLink {
  readonly repositoryId: number;
  readonly projectId: number;
  readonly blobId: number;
  readonly sizeBytes: number;
}

/** What a command does to the accounts of projects. They are settled behind it: everybody who pushes waits for their rows. */
export class UsageChanges {
  /** Links that are new. Which of them a project is charged for is found out when they are settled. */
  readonly links: BlobLink[] = [];
  readonly bytes = new Map<number, number>();
  readonly tags = new Map<number, number>();
  /** When it happened; set by whatever adds something. */
  at: Millis = 0;

  addLink(link: BlobLink, at: Millis): void {
    this.links.push(link);
    this.at = at;
  }

  /** Bytes that are new in the project: of manifests, and of blobs whose links in it are counted already. */
  charge(projectId: number, sizeBytes: number, at: Millis): void {
    add(this.bytes, projectId, sizeBytes);
    this.at = at;
  }

  /** Bytes that the project is charged for no more. */
  release(projectId: number, sizeBytes: number): void {
    add(this.bytes, projectId, -sizeBytes);
  }

  /** A tag that is new (1) or gone (-1). */
  countTag(projectId: number, change: 1 | -1, at: Millis): void {
    add(this.tags, projectId, change);
    this.at = at;
  }

  clear(): void {
    this.links.length = 0;
    this.bytes.clear();
    this.tags.clear();
  }
}

function add(sums: Map<number, number>, key: number, change: number): void {
  sums.set(key, (sums.get(key) ?? 0) + change);
}
