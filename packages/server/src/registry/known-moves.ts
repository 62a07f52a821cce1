import type { Digest } from '@longshore/oci';
import type { Moved } from './image-files.ts';

/** Paths of all images together: about 20 MB of them. Most images have none. */
const mostPaths = 50_000;

/** An image without any counts as well. */
const pathsOfImage = 50;

interface Known {
  readonly moved: Promise<Moved>;
  /** 0 until it is known. */
  paths: number;
}

/**
 * Where links put the directories of images that were looked at lately, by the images' digests: to find it out takes up to 10,000 looks, and
 * every directory that somebody opens needs it.
 */
export class KnownMoves {
  /** The one that was used last at the end. */
  readonly #known = new Map<Digest, Known>();
  #paths = 0;

  /** What is known of an image, or what `find` answers. A failure is not kept. */
  of(image: Digest, find: () => Promise<Moved>): Promise<Moved> {
    const held = this.#known.get(image);
    if (held !== undefined) {
      this.#known.delete(image);
      this.#known.set(image, held);
      return held.moved;
    }
    const known: Known = { moved: find(), paths: 0 };
    this.#known.set(image, known);
    known.moved.then(
      (moved) => this.#count(known, moved),
      () => this.#known.delete(image),
    );
    return known.moved;
  }

  #count(known: Known, moved: Moved): void {
    known.paths = pathsOfImage;
    for (const directories of moved.values()) known.paths += directories.size;
    this.#paths += known.paths;
    for (const [oldest, { paths }] of this.#known) {
      if (this.#paths <= mostPaths) return;
      // What is being found out is not counted yet.
      if (paths === 0) continue;
      this.#known.delete(oldest);
      this.#paths -= paths;
    }
  }
}
