import { type Digest, type DigestAlgorithm, digestFromBytes } from '@longshore/oci';
import { freePiece } from '../registry/free-piece.ts';
import { InlineHash, type OpenHashes } from '../registry/inline-hash.ts';
import type { ByteHash, StartHash } from '../registry/ports/byte-hash.ts';
import { HashRunner } from './hash-runner.ts';

/** Hashing less takes the event loop less than 3 ms in all, and is not worth a thread. */
const leastBytes = 4 * 1024 * 1024;
/** Smaller pieces are copied: that is quicker than what sending one costs. */
const worthHanding = 16 * 1024;
/** The thread costs about 20 MB, and starting it 40 ms of a processor. */
const idleMs = 60_000;

/**
 * Hashes of large bodies. Half of what an upload costs is its digest, so of several at once all but one are hashed in a thread, which
 * runs while there are any. One alone goes as fast without it, and costs less.
 */
export class UploadHashes {
  readonly #inLoop: OpenHashes = { count: 0 };
  #runner: HashRunner | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** Begins a hash: in the thread, unless the body is known to be small or the only large one. */
  readonly start: StartHash = (algorithm, bodyBytes) => {
    if (bodyBytes !== undefined && bodyBytes < leastBytes) return new InlineHash(algorithm);
    if (this.#inLoop.count === 0) return new InlineHash(algorithm, this.#inLoop);
    clearTimeout(this.#idle);
    if (this.#runner?.hasEnded !== false) this.#runner = new HashRunner();
    const runner = this.#runner;
    return ThreadHash.start(runner, algorithm, () => this.#rest(runner));
  };

  /** Ends the thread; hashes that are still in it are lost. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#runner?.end();
  }

  /** Lets the thread go when nobody has come for a while. */
  #rest(runner: HashRunner): void {
    if (runner !== this.#runner) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#runner = undefined;
      void runner.end();
    }, idleMs).unref();
  }
}

class ThreadHash implements ByteHash {
  readonly #runner: HashRunner;
  readonly #id: number;
  readonly #unused: () => void;
  #ended = false;

  private constructor(runner: HashRunner, unused: () => void) {
    this.#runner = runner;
    this.#unused = unused;
    this.#id = runner.newId();
    runner.open += 1;
  }

  /** `unused` is called when the last hash of the thread ends. */
  static start(runner: HashRunner, algorithm: DigestAlgorithm, unused: () => void): ThreadHash {
    const hash = new ThreadHash(runner, unused);
    runner.tell({ kind: 'start', id: hash.#id, algorithm });
    return hash;
  }

  get isLost(): boolean {
    return this.#runner.hasEnded;
  }

  update(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const own = handOver(pieces);
    return this.#runner.ask(
      { kind: 'update', id: this.#id, pieces: own },
      own.map(({ buffer }) => buffer),
    );
  }

  copy(): ByteHash {
    const copy = new ThreadHash(this.#runner, this.#unused);
    this.#runner.tell({ kind: 'copy', id: copy.#id, of: this.#id });
    return copy;
  }

  async digest(): Promise<Digest> {
    const [digest = new Uint8Array(0)] = await this.#runner.ask({ kind: 'digest', id: this.#id }, []);
    return digestFromBytes(digest);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#runner.tell({ kind: 'end', id: this.#id });
    this.#runner.open -= 1;
    if (this.#runner.open === 0) this.#unused();
  }
}

/**
 * The same bytes in memory that can change hands. What is small is copied together: each piece on its way costs hundreds of bytes
 * besides its own, and clients may send them one by one.
 */
function handOver(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
  const handed: Uint8Array<ArrayBuffer>[] = [];
  let small: Uint8Array[] = [];
  const join = (): void => {
    if (small.length > 0) handed.push(joined(small));
    small = [];
  };
  for (const piece of pieces) {
    const { buffer, byteLength } = piece;
    if (byteLength >= worthHanding && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) {
      join();
      handed.push(new Uint8Array(buffer));
    } else {
      small.push(piece);
    }
  }
  join();
  return handed;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((total, { byteLength }) => total + byteLength, 0));
  let position = 0;
  for (const piece of pieces) {
    all.set(piece, position);
    position += piece.byteLength;
    freePiece(piece);
  }
  return all;
}
