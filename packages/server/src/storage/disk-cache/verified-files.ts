import { createHash } from 'node:crypto';
import { read, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { type Digest, digestAlgorithm, digestHex } from '@longshore/oci';
import type { CachedBlob } from './cache-file-names.ts';

const readAsync = promisify(read);
const pieceBytes = 1024 * 1024;

/** A file that is read often is read whole again and compared with its digest after this time. */
const goodForMs = 24 * 60 * 60 * 1000;

/** More are not remembered; each costs another reading of its file. */
const mostRemembered = 200_000;

interface Verified {
  readonly inode: number;
  readonly modifiedAt: number;
  readonly at: number;
}

/** Which files this process knows to hold the bytes of their digest. */
export class VerifiedFiles {
  readonly #verified = new Map<Digest, Verified>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether this very file was found right lately, and was not written to since. */
  has({ digest, sizeBytes }: CachedBlob, { ino, mtimeMs, size }: Stats): boolean {
    const known = this.#verified.get(digest);
    return known?.inode === ino && known.modifiedAt === mtimeMs && size === sizeBytes && this.#now() - known.at < goodForMs;
  }

  add({ digest }: CachedBlob, { ino, mtimeMs }: Stats): void {
    this.#verified.delete(digest);
    if (this.#verified.size === mostRemembered) this.#verified.delete(this.#verified.keys().next().value as Digest);
    this.#verified.set(digest, { inode: ino, modifiedAt: mtimeMs, at: this.#now() });
  }

  remove({ digest }: CachedBlob): void {
    this.#verified.delete(digest);
  }
}

/** Reads a whole file; whether its bytes are those of the digest. */
export async function hasRightBytes({ digest, sizeBytes }: CachedBlob, descriptor: number): Promise<boolean> {
  const hash = createHash(digestAlgorithm(digest));
  const buffer = Buffer.allocUnsafeSlow(Math.min(pieceBytes, sizeBytes + 1));
  let position = 0;
  for (;;) {
    const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, position);
    if (bytesRead === 0) return position === sizeBytes && hash.digest('hex') === digestHex(digest);
    position += bytesRead;
    if (position > sizeBytes) return false;
    hash.update(buffer.subarray(0, bytesRead));
  }
}
