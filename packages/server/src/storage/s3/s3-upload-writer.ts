import type { Digest } from '@longshore/oci';
import { reach } from '../../registry/failpoints.ts';
import type { BlobLocation, UploadKey, UploadWriter } from '../../registry/ports/blob-store.ts';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { GatherBuffer } from '../gather-buffer.ts';
import type { Bucket } from './bucket.ts';
import { newBlobKey, tailKey } from './object-keys.ts';
import { leastPartBytes, partBytes } from './part-size.ts';
import { PartStream } from './part-stream.ts';
import { numbered, rebuildBlob } from './rebuild-blob.ts';
import { readTail } from './tail-object.ts';
import { emptyNote, noteBytes, type Tail, type UploadNote, writeNote } from './upload-note.ts';

/** A tail up to this size lies in the session's row instead of an object: two requests less for each small blob. */
const inlineTailBytes = 8 * 1024;

/**
 * A completed multipart upload is as old as its beginning. One that was begun longer ago than this is rebuilt, so that
 * an orphan sweep in the moment before its commit does not take it for something that was left behind.
 */
const freshMs = 60 * 60 * 1000;

/** What a writer continues. */
interface Continued {
  readonly note: UploadNote;
  /** The note's bytes behind the last part. */
  readonly tail: Uint8Array;
  /** Older epochs know its multipart upload too. */
  readonly isShared: boolean;
}

const fromNothing: Continued = { note: emptyNote, tail: new Uint8Array(0), isShared: false };

/**
 * Writes one epoch: whole parts as they fill up, the rest from memory at the end. A blob shorter than a part is one
 * plain object.
 */
export class S3UploadWriter implements UploadWriter {
  readonly #bucket: Bucket;
  readonly #key: UploadKey;
  readonly #parts: PartStream;
  /** An older epoch may still complete the same multipart upload: its object is not ours alone. */
  readonly #shared: boolean;
  readonly #buffer = new GatherBuffer();
  /** Offset of the first byte in the buffer. */
  #bufferStart: number;
  /** The notes of the last two checkpoints, the newest last: the row has one of these. */
  #notes: UploadNote[];
  #tails = 0;
  #torn = false;
  #finished = false;

  constructor(bucket: Bucket, key: UploadKey, { note, tail, isShared }: Continued = fromNothing) {
    this.#bucket = bucket;
    this.#key = key;
    this.#parts = new PartStream(bucket, key.id, { multipart: note.multipart, etags: note.etags, bytes: note.partsBytes });
    this.#shared = isShared;
    this.#bufferStart = note.partsBytes;
    this.#buffer.append([tail], tail.length);
    this.#notes = [note];
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    this.#requireUsable();
    this.#torn = true;
    for (const piece of pieces) await this.#append(piece);
    this.#torn = false;
  }

  async checkpoint(): Promise<string> {
    this.#requireUsable();
    const last = this.#notes.at(-1) ?? emptyNote;
    if (noteBytes(last) === this.#bufferStart + this.#buffer.length) return writeNote(last);
    this.#torn = true;
    if (this.#buffer.length >= leastPartBytes(this.#nextPart)) await this.#sendPart();
    const { etags, bytes, multipart } = await this.#parts.settle();
    const note: UploadNote = {
      multipart: etags.length > 0 ? multipart : undefined,
      etags: [...etags],
      partsBytes: bytes,
      tail: await this.#keepTail(),
    };
    await this.#remember(note);
    this.#torn = false;
    return writeNote(note);
  }

  async truncate(offset: number): Promise<void> {
    if (this.#finished) throw finishedError();
    const checkpointed = noteBytes(this.#notes.at(-1) ?? emptyNote);
    if (offset > checkpointed) throw new RangeError(`No checkpoint has passed offset ${offset}.`);
    if (!this.#torn && offset >= this.#bufferStart) {
      this.#buffer.shorten(offset - this.#bufferStart);
    } else {
      await this.#goBackTo(offset);
    }
    this.#notes = this.#notes.filter((note) => noteBytes(note) <= offset);
    this.#torn = false;
  }

  async commit(_digest: Digest): Promise<BlobLocation> {
    try {
      this.#requireUsable();
      const location = this.#parts.count === 0 ? await this.#commitObject() : await this.#commitParts();
      reach('blob.synced');
      reach('blob.renamed');
      return location;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#finished = true;
    this.#buffer.release();
  }

  get #nextPart(): number {
    return this.#parts.count + 1;
  }

  /** A full buffer is sent only when there is a byte more, since the last one may be a plain object. */
  async #append(piece: Uint8Array): Promise<void> {
    let left = piece;
    while (left.length > 0) {
      if (this.#buffer.length >= partBytes(this.#nextPart)) await this.#sendPart();
      const taken = left.subarray(0, Math.max(0, partBytes(this.#nextPart) - this.#buffer.length));
      this.#buffer.append([taken], taken.length);
      left = left.subarray(taken.length);
    }
  }

  async #sendPart(): Promise<void> {
    const body = this.#buffer.take();
    this.#bufferStart += body.length;
    await this.#parts.send(body, () => this.#buffer.reuse(body));
    this.#buffer.reserve(partBytes(this.#nextPart));
  }

  async #keepTail(): Promise<Tail | undefined> {
    const { view } = this.#buffer;
    if (view.length === 0) return undefined;
    if (view.length <= inlineTailBytes) return { inline: Buffer.from(view).toString('base64') };
    const key = tailKey(this.#key, this.#tails);
    await this.#bucket.put(key, view);
    this.#tails += 1;
    return { key, bytes: view.length };
  }

  /** By now the row has at least the note before this one: the tail of the one before that is nobody's any more. */
  async #remember(note: UploadNote): Promise<void> {
    this.#notes.push(note);
    if (this.#notes.length <= 2) return;
    const tail = this.#notes.shift()?.tail;
    if (tail !== undefined && 'key' in tail) await this.#bucket.delete(tail.key);
  }

  async #goBackTo(offset: number): Promise<void> {
    const note = offset === 0 ? emptyNote : this.#notes.findLast((candidate) => noteBytes(candidate) === offset);
    if (note === undefined) throw new StorageError('failed', `Offset ${offset} is not that of one of the last two checkpoints.`);
    const tail = await readTail(this.#bucket, note.tail);
    await this.#parts.rewind(note.etags.length, note.partsBytes);
    this.#buffer.clear();
    this.#buffer.append([tail], tail.length);
    this.#bufferStart = note.partsBytes;
  }

  async #commitObject(): Promise<BlobLocation> {
    const location = newBlobKey(this.#key.id);
    await this.#bucket.putBlob(location, this.#buffer.view);
    return location;
  }

  async #commitParts(): Promise<BlobLocation> {
    const { multipart, etags, bytes } = await this.#parts.settle();
    if (multipart === undefined) throw new StorageError('failed', 'An upload has parts but no multipart upload.');
    const count = etags.length + (this.#buffer.length > 0 ? 1 : 0);
    const asItIs = !this.#shared && count >= this.#parts.highest && Date.now() - multipart.startedAt < freshMs;
    if (!asItIs) {
      const location = await rebuildBlob(this.#bucket, newBlobKey(this.#key.id), { multipart, etags, bytes, tail: this.#buffer.view });
      if (this.#notes.every((note) => note.multipart === undefined)) await this.#bucket.delete(multipart.key);
      return location;
    }
    if (this.#buffer.length > 0) await this.#sendPart();
    if (await this.#bucket.completeMultipart(multipart, numbered((await this.#parts.settle()).etags))) return multipart.key as BlobLocation;
    // By a newer epoch, or by a request of ours whose answer was lost. The next epoch copies it, and reads it back.
    throw new StorageError('failed', 'The parts of an upload were completed by somebody else.', { retryable: true });
  }

  #requireUsable(): void {
    if (this.#finished) throw finishedError();
    if (this.#torn) throw new StorageError('failed', 'An earlier write to this upload failed; truncate it to the last checkpoint first.');
  }
}

function finishedError(): StorageError {
  return new StorageError('failed', 'This upload writer is finished.');
}
