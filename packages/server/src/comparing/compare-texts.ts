import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { pathOf, type TarEntry, TarReader, type TarSink, unpack } from '@longshore/oci/layers';
import { createTwoFilesPatch } from 'diff';
import type { TextDifference } from '../registry/ports/image-comparer.ts';
import type { ThreadDoor } from './thread-door.ts';
import type { TaskText, ThreadTask } from './thread-messages.ts';

/** What people read, and the algorithm takes: source code of 20,000 lines. */
const mostTextBytes = 1024 * 1024;
/** Lines that are added and removed, beyond which two texts have nothing in common that is worth showing; and how long it is looked for. */
const mostEdits = 20_000;
const longestSearchMs = 5_000;

/** Makes the unified diff of a file that two layers hold; of one that one side lacks, all of the other. */
export async function compareTexts(door: ThreadDoor, { from, to, name }: ThreadTask & { kind: 'texts' }): Promise<TextDifference> {
  const [before, after] = await Promise.all([textOf(door, from), textOf(door, to)]);
  if (before === 'too-large' || after === 'too-large') return { kind: 'too-large' };
  if (before === 'binary' || after === 'binary') return { kind: 'binary' };
  const limits = { context: 3, maxEditLength: mostEdits, timeout: longestSearchMs };
  const patch = createTwoFilesPatch(name, name, before.text, after.text, undefined, undefined, limits);
  return patch === undefined ? { kind: 'too-different' } : { kind: 'text', patch };
}

async function textOf(door: ThreadDoor, wanted: TaskText | undefined): Promise<{ text: string } | 'binary' | 'too-large'> {
  if (wanted === undefined) return { text: '' };
  const sink = new TextSink(wanted);
  const reader = new TarReader(sink);
  for await (const piece of unpack(door.pieces(wanted.layer))) {
    reader.write(piece);
    if (sink.found !== undefined) break;
  }
  if (sink.found === undefined) throw new Error('The file is not in its layer as the comparison found it.');
  if (sink.found === 'too-large') return 'too-large';
  if (sink.found.includes(0) || !isUtf8(sink.found)) return 'binary';
  return { text: sink.found.toString('utf8') };
}

/** Looks for the very file that was compared: a path may come twice. */
class TextSink implements TarSink {
  readonly #wanted: TaskText;
  #pieces: Buffer[] | undefined;
  found: Buffer | 'too-large' | undefined;

  constructor(wanted: TaskText) {
    this.#wanted = wanted;
  }

  entry(entry: TarEntry): void {
    const isIt = this.found === undefined && entry.type !== '1' && pathOf(entry.name) === this.#wanted.path;
    this.#pieces = isIt && entry.sizeBytes <= mostTextBytes ? [] : undefined;
    if (isIt && entry.sizeBytes > mostTextBytes) this.found = 'too-large';
  }

  data(piece: Uint8Array): void {
    this.#pieces?.push(Buffer.from(piece));
  }

  end(): void {
    if (this.#pieces === undefined) return;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = undefined;
    if (createHash('sha256').update(bytes).digest('hex') === this.#wanted.sha256) this.found = bytes;
  }
}
