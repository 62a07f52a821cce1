import { type Blob, blobOf, imageOf, indexOf, type Manifest } from '../crash/image.ts';
import type { SeededRandom } from './seeded-random.ts';

const sharedBlobs = 12;

/** Makes what a client pushes: layers that every client shares, layers of its own, both digest algorithms, many sizes. */
export class ContentMaker {
  readonly #random: SeededRandom;
  readonly #shared: readonly Blob[];
  readonly #largeShare: number;

  /** `common` must be the same generator for every client of a run; `largeShare`: of blobs that take S3 several parts. */
  constructor(random: SeededRandom, common: SeededRandom, largeShare: number) {
    this.#random = random;
    this.#largeShare = largeShare;
    this.#shared = Array.from({ length: sharedBlobs }, (_, index) => {
      const own = common.fork(`shared ${index}`);
      return blobOf(own.bytes(own.between(1, 200_000)), index % 4 === 0 ? 'sha512' : 'sha256');
    });
  }

  /** An image; one of shared layers only is the same for every client that makes it with the same layers. */
  image(subject?: Manifest): Manifest {
    const random = this.#random;
    const layers = Array.from({ length: random.between(1, 3) }, () => (random.chance(0.6) ? this.#sharedBlob() : this.#ownBlob()));
    const config = random.chance(0.3) ? blobOf(Buffer.from('{}')) : blobOf(Buffer.from(JSON.stringify({ os: 'linux', id: random.next() })));
    return imageOf(config, layers, subject, random.chance(0.15) ? 'sha512' : 'sha256');
  }

  index(children: readonly Manifest[]): Manifest {
    return indexOf(children, String(this.#random.next()));
  }

  #size(): number {
    const random = this.#random;
    if (random.chance(this.#largeShare)) return random.between(5_000_000, 24_000_000);
    return random.chance(0.05) ? random.between(1_000_000, 3_000_000) : random.between(0, 40_000);
  }

  #sharedBlob(): Blob {
    return this.#random.pick(this.#shared) ?? this.#ownBlob();
  }

  #ownBlob(): Blob {
    const random = this.#random;
    return blobOf(random.bytes(this.#size()), random.chance(0.2) ? 'sha512' : 'sha256');
  }
}
