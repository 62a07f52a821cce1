import { zstdDecompressSync } from 'node:zlib';
import type { PieceQueue } from './piece-queue.ts';
import { ArchiveFault } from './tar-header.ts';
import { through } from './through.ts';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

/** Frames that unpack to no more are unpacked at once: layers for lazy pulling have one for each file, and a stream for each costs ten times as much. */
const mostAtOnce = 1024 * 1024;

/** Whether these bytes begin with a frame (RFC 8878), perhaps one to be skipped. */
export function isZstd(start: Buffer): boolean {
  if (start.length < 4) return false;
  const magic = start.readUInt32LE(0);
  return magic === frameMagic || isSkippable(magic);
}

/**
 * Unpacks every frame. Node's own decompressor stops after the first one as if that were all (22 and 24), so the frames are told apart by
 * the headers of their blocks. Throws `ArchiveFault`, and what zlib throws.
 */
export async function* unpackZstd(queue: PieceQueue): AsyncGenerator<Buffer> {
  for (;;) {
    const start = await queue.peek(4);
    if (start.length === 0) return;
    if (!isZstd(start)) throw damaged();
    if (isSkippable(start.readUInt32LE(0))) {
      const head = await exactly(queue, 8);
      await skip(queue, head.readUInt32LE(4));
      continue;
    }
    const frame = await readFrameHead(queue);
    if (frame.contentBytes !== undefined && frame.contentBytes <= mostAtOnce) {
      const parts: Buffer[] = [];
      let length = 0;
      for await (const part of frameBytes(queue, frame)) {
        // Blocks without content may follow one another for ever.
        length += part.length;
        if (length > 2 * mostAtOnce) throw damaged();
        parts.push(part);
      }
      yield zstdDecompressSync(Buffer.concat(parts), { maxOutputLength: mostAtOnce });
    } else yield* through(frameBytes(queue, frame), 'zstd');
  }
}

interface FrameHead {
  readonly bytes: Buffer;
  readonly hasChecksum: boolean;
  readonly contentBytes: number | undefined;
}

/** RFC 8878 section 3.1.1.1. */
async function readFrameHead(queue: PieceQueue): Promise<FrameHead> {
  const descriptor = (await exactly(queue, 5, 'peek'))[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeLength = sizeFlag === 0 ? Number(isSingleSegment) : 1 << sizeFlag;
  const beforeSize = 5 + Number(!isSingleSegment) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const bytes = await exactly(queue, beforeSize + sizeLength);
  return { bytes, hasChecksum: (descriptor & 4) !== 0, contentBytes: contentSize(bytes.subarray(beforeSize)) };
}

function contentSize(field: Buffer): number | undefined {
  if (field.length === 0) return undefined;
  if (field.length === 8) return Number(field.readBigUInt64LE(0));
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

/** The bytes of one frame, as they are stored (sections 3.1.1.2 and 3.1.1.3). */
async function* frameBytes(queue: PieceQueue, { bytes, hasChecksum }: FrameHead): AsyncGenerator<Buffer> {
  yield bytes;
  for (let isLast = false; !isLast; ) {
    const fields = (await exactly(queue, 3, 'peek')).readUIntLE(0, 3);
    isLast = (fields & 1) === 1;
    const type = (fields >> 1) & 3;
    if (type === 3) throw damaged();
    // Of a block of one byte again and again there is that byte.
    yield await exactly(queue, 3 + (type === 1 ? 1 : fields >> 3));
  }
  if (hasChecksum) yield await exactly(queue, 4);
}

async function exactly(queue: PieceQueue, length: number, how: 'take' | 'peek' = 'take'): Promise<Buffer> {
  const bytes = await queue[how](length);
  if (bytes.length < length) throw new ArchiveFault('its compressed data ends too early');
  return bytes;
}

async function skip(queue: PieceQueue, length: number): Promise<void> {
  for (let left = length; left > 0; ) left -= (await exactly(queue, Math.min(left, mostAtOnce))).length;
}

const isSkippable = (magic: number): boolean => magic >>> 4 === skippableMagic >>> 4;

const damaged = () => new ArchiveFault('its compressed data is damaged');
