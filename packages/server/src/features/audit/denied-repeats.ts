import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Denial } from '../../registry/ports/auditor.ts';
import type { Millis } from '../../registry/ports/content-store.ts';

/** Different denials between two looks that are written one by one; an attacker who varies what he asks for fills no disk with the rest. */
const mostKinds = 2000;
/** Those of one network, so that nobody hides the denials of others behind his own. */
const mostOfNetwork = 500;

interface Kind {
  readonly denial: Denial;
  readonly network: string;
  readonly since: Millis;
  readonly written: Promise<void>;
  /** Repeats that are not in the log yet. */
  repeats: number;
}

/** What everything beyond the bounds is counted as: one entry for each action, of one network or of all. */
const overflowing = (denial: Denial, address: string | undefined): Denial => ({
  ...denial,
  by: {
    ...denial.by,
    actor: 'various',
    credential: 'various',
    address,
    requestId: undefined,
    reason: 'too many different denials',
    roles: [],
    project: undefined,
  },
  resource: { kind: 'registry', name: '' },
  project: undefined,
});

/**
 * The denials since the last look. The first of a kind (who, what, of what, why, from which network) is written at once; what repeats it
 * is counted, and written as one entry at the next look. A killed process loses these counts, never the first.
 */
export class DeniedRepeats {
  readonly #networkOf: (address: string) => string;
  #kinds = new Map<string, Kind>();
  /** How many kinds each network has. */
  #shares = new Map<string, number>();

  constructor(networkOf: (address: string) => string) {
    this.#networkOf = networkOf;
  }

  /** Rejects as `write` does for the first of its kind, and for all that came while that was being written. */
  async note(denial: Denial, at: Millis, write: (entry: NewAuditEntry) => Promise<void>): Promise<void> {
    const { by } = denial;
    const network = by.address === undefined ? '' : this.#networkOf(by.address);
    const key = keyOf(denial, network);
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.repeats += 1;
      return known.written;
    }
    const share = this.#shares.get(network) ?? 0;
    if (by.actor !== 'various') {
      if (share >= mostOfNetwork) return this.note(overflowing(denial, by.address), at, write);
      if (this.#kinds.size >= mostKinds) return this.note(overflowing(denial, undefined), at, write);
    }
    const kind = { denial, network, since: at, written: write(entryOf(denial, at, 1)), repeats: 0 };
    this.#kinds.set(key, kind);
    this.#shares.set(network, share + 1);
    try {
      await kind.written;
    } catch (error) {
      this.#forget(key, kind);
      throw error;
    }
  }

  /** What was counted and is to be written; everything is forgotten by this. */
  take(): NewAuditEntry[] {
    const counted = [...this.#kinds.values()].filter(({ repeats }) => repeats > 0);
    this.#kinds = new Map();
    this.#shares = new Map();
    return counted.map(({ denial, since, repeats }) => entryOf(denial, since, repeats));
  }

  /** The next of this kind is the first again. */
  #forget(key: string, kind: Kind): void {
    if (this.#kinds.get(key) !== kind) return;
    this.#kinds.delete(key);
    this.#shares.set(kind.network, (this.#shares.get(kind.network) ?? 1) - 1);
  }
}

function keyOf({ by, action, resource }: Denial, network: string): string {
  return JSON.stringify([by.actor, by.credential, action, resource.kind, resource.name, by.reason, by.project, network]);
}

function entryOf({ by, action, resource, project }: Denial, at: Millis, count: number): NewAuditEntry {
  return { at, by, action, resource, project, outcome: 'denied', count, detail: {} };
}
