import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Denial } from '../../registry/ports/auditor.ts';
import type { Millis } from '../../registry/ports/content-store.ts';

/** For so long after a denial the same again is only counted. */
const countedMs = 60_000;
/** Different denials of a minute that are written one by one; an attacker who varies what he asks for fills no disk with the rest. */
const mostKinds = 2000;

interface Kind {
  readonly denial: Denial;
  readonly since: Millis;
  readonly written: Promise<void>;
  /** Repeats that are not in the log yet. */
  repeats: number;
}

/** What everything beyond `mostKinds` is counted as: one entry a minute for each action. */
const overflowing = (denial: Denial): Denial => ({
  ...denial,
  by: {
    ...denial.by,
    actor: 'various',
    credential: 'various',
    address: undefined,
    requestId: undefined,
    reason: 'too many different denials',
    roles: [],
    project: undefined,
  },
  resource: { kind: 'registry', name: '' },
  project: undefined,
});

/**
 * The denials of the last minute. The first of a kind (who, what, of what, why, from which network) is written at once; what repeats it
 * is counted, and written as one entry when the minute is over. A killed process loses the counts of its last minute, never the first.
 */
export class DeniedRepeats {
  readonly #kinds = new Map<string, Kind>();
  readonly #networkOf: (address: string) => string;

  constructor(networkOf: (address: string) => string) {
    this.#networkOf = networkOf;
  }

  /** Rejects as `write` does for the first of its kind, and for all that came while that was being written. */
  async note(denial: Denial, at: Millis, write: (entry: NewAuditEntry) => Promise<void>): Promise<void> {
    const key = this.#keyOf(denial);
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.repeats += 1;
      return known.written;
    }
    if (this.#kinds.size >= mostKinds && denial.by.actor !== 'various') return this.note(overflowing(denial), at, write);
    const written = write(entryOf(denial, at, 1));
    this.#kinds.set(key, { denial, since: at, written, repeats: 0 });
    try {
      await written;
    } catch (error) {
      this.#kinds.delete(key);
      throw error;
    }
  }

  /** What is to be written of the minutes that are over by `now`; forgotten by this. */
  take(now: Millis): NewAuditEntry[] {
    const over = [...this.#kinds].filter(([, { since }]) => now - since >= countedMs);
    for (const [key] of over) this.#kinds.delete(key);
    return over.filter(([, { repeats }]) => repeats > 0).map(([, { denial, since, repeats }]) => entryOf(denial, since, repeats));
  }

  #keyOf({ by, action, resource }: Denial): string {
    const network = by.address === undefined ? '' : this.#networkOf(by.address);
    return JSON.stringify([by.actor, by.credential, action, resource.kind, resource.name, by.reason, by.project, network]);
  }
}

function entryOf({ by, action, resource, project }: Denial, at: Millis, count: number): NewAuditEntry {
  return { at, by, action, resource, project, outcome: 'denied', count, detail: {} };
}
