import { StorageError } from '../../registry/ports/blob-store.ts';

/** Bytes behind the last part: few of them in the note itself, more in an object. */
export type Tail = { readonly inline: string } | { readonly key: string; readonly bytes: number };

/** An open multipart upload. */
export interface Multipart {
  readonly uploadId: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What a checkpoint leaves in the session's row: where its bytes are. */
export interface UploadNote {
  /** Present when there is at least one part. */
  readonly multipart: Multipart | undefined;
  /** The parts' ETags, from part 1 on. */
  readonly etags: readonly string[];
  /** Bytes that the parts hold. */
  readonly partsBytes: number;
  readonly tail: Tail | undefined;
}

/** The note of an upload without bytes. */
export const emptyNote: UploadNote = { multipart: undefined, etags: [], partsBytes: 0, tail: undefined };

/** Bytes that a note stands for. */
export function noteBytes(note: UploadNote): number {
  return note.partsBytes + tailBytes(note.tail);
}

/** Bytes in a tail. */
export function tailBytes(tail: Tail | undefined): number {
  if (tail === undefined) return 0;
  return 'inline' in tail ? Buffer.byteLength(tail.inline, 'base64') : tail.bytes;
}

/** The note as the session's row keeps it. */
export function writeNote(note: UploadNote): string {
  return JSON.stringify(note);
}

/** Reads a note; a `StorageError` when it is none of this store. Undefined is the note of an upload without bytes. */
export function readNote(text: string | undefined): UploadNote {
  if (text === undefined) return emptyNote;
  const value = parse(text);
  const { multipart, etags, partsBytes, tail } = value;
  if (!isCount(partsBytes) || !isTexts(etags)) throw notOurs();
  const note = { etags, partsBytes, multipart: readMultipart(multipart), tail: readTail(tail) };
  if ((note.multipart === undefined) !== (etags.length === 0)) throw notOurs();
  return note;
}

function readMultipart(value: unknown): Multipart | undefined {
  if (value === undefined) return undefined;
  const { uploadId, key, startedAt } = asRecord(value);
  if (typeof uploadId !== 'string' || typeof key !== 'string' || !isCount(startedAt)) throw notOurs();
  return { uploadId, key, startedAt };
}

function readTail(value: unknown): Tail | undefined {
  if (value === undefined) return undefined;
  const { inline, key, bytes } = asRecord(value);
  if (typeof inline === 'string') return { inline };
  if (typeof key !== 'string' || !isCount(bytes)) throw notOurs();
  return { key, bytes };
}

function parse(text: string): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    throw notOurs();
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw notOurs();
  return value as Record<string, unknown>;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function notOurs(): StorageError {
  return new StorageError('failed', "An upload's note was not written by an S3 store.");
}
