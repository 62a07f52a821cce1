import type { UnforwardedEntry } from '../../registry/ports/audit-store.ts';
import { MessagesRefusedError } from '../../registry/ports/log-receiver.ts';

/** What came of sending. */
export interface SentParts {
  /** To be held: the receiver refused each of these by itself. */
  readonly refused: readonly UnforwardedEntry[];
  /** What the receiver said when it refused everything: then nothing says that the entries are to blame. */
  readonly outage: MessagesRefusedError | undefined;
}

type Send = (part: readonly UnforwardedEntry[]) => Promise<void>;

/**
 * Sends entries in order, at first all at once. Where the receiver refuses some for what they are, finds out which by halves, so that the
 * others pass. Who refuses all of them refuses no entry, but everything, which is an outage; what was held before stays held all the same.
 * Rejects as `send` does otherwise.
 */
export async function sendInParts(entries: readonly UnforwardedEntry[], send: Send): Promise<SentParts> {
  const refused: UnforwardedEntry[] = [];
  const refusedAtFirst: UnforwardedEntry[] = [];
  let outage: MessagesRefusedError | undefined;
  let isTaken = false;
  let size = entries.length;
  for (let index = 0; index < entries.length; ) {
    const part = entries.slice(index, index + size);
    const refusal = await refusalOf(part, send);
    if (refusal === undefined) isTaken = true;
    else if (part.length === 1) {
      outage = refusal;
      (isTaken ? refused : refusedAtFirst).push(...part);
    }
    size = refusal === undefined ? size * 2 : Math.ceil(part.length / 2);
    if (refusal === undefined || part.length === 1) index += part.length;
  }
  if (isTaken) {
    // Perhaps it refused everything until then.
    for (const entry of refusedAtFirst) if ((await refusalOf([entry], send)) !== undefined) refused.push(entry);
    return { refused, outage: undefined };
  }
  const held = refusedAtFirst.filter(({ wasHeld }) => wasHeld);
  return { refused: held, outage: held.length === refusedAtFirst.length ? undefined : outage };
}

async function refusalOf(part: readonly UnforwardedEntry[], send: Send): Promise<MessagesRefusedError | undefined> {
  try {
    await send(part);
    return undefined;
  } catch (error) {
    if (error instanceof MessagesRefusedError) return error;
    throw error;
  }
}
