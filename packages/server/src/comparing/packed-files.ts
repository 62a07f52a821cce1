import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';
import type { FileDifference } from '../registry/ports/image-comparer.ts';

/** Files of a page, and bytes of their text: a page is read whole for each of its entries, but the fewer they are, the more rows. */
const mostFiles = 500;
const mostTextBytes = 256 * 1024;
/** Of a file: two paths and targets of 4096 characters, and their escapes. */
const longestTextBytes = 256 * 1024;
/** Of a page, also when nothing in it repeats: then zlib adds a few bytes to each 16 KiB. */
const mostPackedBytes = mostTextBytes + longestTextBytes + 4096;

/** Gathers files and packs them, again and again in the same memory. Synchronous, for a thread of its own. */
export class FilePacker {
  readonly #text = Buffer.allocUnsafeSlow(mostTextBytes + longestTextBytes);
  #length = 0;
  #files = 0;

  /** Whether it is time to `pack`. */
  get isFull(): boolean {
    return this.#files >= mostFiles || this.#length >= mostTextBytes;
  }

  get isEmpty(): boolean {
    return this.#files === 0;
  }

  add(file: FileDifference): void {
    const text = `${this.#files === 0 ? '[' : ','}${JSON.stringify(file)}`;
    this.#length += this.#text.write(text, this.#length);
    this.#files += 1;
  }

  /** What was added since the last time. */
  pack(): Uint8Array<ArrayBuffer> {
    const length = this.#length + this.#text.write(']', this.#length);
    this.#length = 0;
    this.#files = 0;
    const packed = gzipSync(this.#text.subarray(0, length), { chunkSize: mostPackedBytes });
    const page = Uint8Array.from(packed);
    // In one chunk, so that it can be given back at once: what is left to the collector comes to more than all pages.
    if (packed.buffer.byteLength === mostPackedBytes) packed.buffer.transfer(0);
    return page;
  }
}

/** The files that were packed. */
export async function unpackFiles(packed: Uint8Array): Promise<FileDifference[]> {
  const bytes = await promisify(gunzip)(packed, { maxOutputLength: mostTextBytes + longestTextBytes });
  return JSON.parse(bytes.toString('utf8')) as FileDifference[];
}
