import type { Digest } from '@longshore/oci';
import type { Moved } from '@longshore/oci/layers';

/** Of all images together, about. Most images have next to nothing; whoever made one up may have made its paths long. */
const mostBytes = 20_000_000;

/** What an image takes, with or without paths. */
const bytesOfImage = 20_000;
/** What a path and where it leads take besides their characters. */
const bytesOfPath = 400;

interface Known {
  readonly moved: Promise<Moved>;
  /** 0 until it is known. */
  bytes: number;
}

/**
 * Where links put the directories of images that were looked at lately, by the images' digests: to find it out takes up to 10,000 looks, and
 * every directory that somebody opens needs it.
 */
export class KnownMoves {
  /** The one that was used last at the end. */
  readonly #known = new Map<Digest, Known>();
  #bytes = 0;

  /** What is known of an image, or what `find` answers. A failure is not kept. */
  of(image: Digest, find: () => Promise<Moved>): Promise<Moved> {
    const held = this.#known.get(image);
    if (held !== undefined) {
      this.#known.delete(image);
      this.#known.set(image, held);
      return held.moved;
    }
    const known: Known = { moved: find(), bytes: 0 };
    this.#known.set(image, known);
    known.moved.then(
      (moved) => this.#count(known, moved),
      () => this.#known.delete(image),
    );
    return known.moved;
  }

  #count(known: Known, moved: Moved): void {
    known.bytes = bytesOfImage;
    for (const directories of moved.values())
      for (const [path, place] of directories) known.bytes += bytesOfPath + 2 * (path.length + place.length);
    this.#bytes += known.bytes;
    for (const [oldest, { bytes }] of this.#known) {
      if (this.#bytes <= mostBytes) return;
      // What is being found out is not counted yet.
      if (bytes === 0) continue;
      this.#known.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}
