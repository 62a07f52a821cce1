import type { Day, DayOfPulls, PullAllowance, PullNotes } from './ports/pull-store.ts';
import { dayOf } from './utc-day.ts';

/** Projects that are known at once; those that were served least recently are forgotten, and asked about again. */
const mostKnown = 20_000;

/** What a project may serve today, and has served as far as is known here. */
export interface PullBalance {
  /** Undefined: as much as it likes. */
  readonly limitBytes: number | undefined;
  readonly usedBytes: number;
}

interface Known {
  readonly day: Day;
  readonly limitBytes: number | undefined;
  /** By all replicas when this one last noted. */
  readonly notedBytes: number;
}

type Note = PullNotes['projects'][number];

/** What projects serve, by day: counted and not noted yet, being noted, and known from earlier notes. */
export class ProjectPulls {
  readonly #now: () => number;
  #counted = new Map<string, Note>();
  #underWay = new Map<string, Note>();
  readonly #known = new Map<string, Known>();
  /** Were looked at since the last notes: what is known of them is to be kept up to date. */
  readonly #asked = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined: nothing is known yet. */
  find(project: string): PullBalance | undefined {
    this.#asked.add(project);
    const known = this.#known.get(project);
    if (known === undefined) return undefined;
    const today = dayOf(this.#now());
    const key = keyOf(project, today);
    const here = (this.#counted.get(key)?.bytes ?? 0) + (this.#underWay.get(key)?.bytes ?? 0);
    return { limitBytes: known.limitBytes, usedBytes: (known.day === today ? known.notedBytes : 0) + here };
  }

  countPull(project: string): void {
    this.#add({ project, day: dayOf(this.#now()), bytes: 0, pulls: 1 });
  }

  /** Counts bytes as if all of them were sent; those that were not are taken off at the end. */
  begin(project: string, bytes: number): { end(bytesSent: number): void } {
    const day = dayOf(this.#now());
    this.#add({ project, day, bytes, pulls: 0 });
    return {
      end: (sent) => {
        if (sent !== bytes) this.#add({ project, day, bytes: sent - bytes, pulls: 0 });
      },
    };
  }

  /** Everything that is to be noted now. */
  take(): readonly Note[] {
    this.#underWay = this.#counted;
    this.#counted = new Map();
    const today = dayOf(this.#now());
    for (const project of this.#asked) {
      const key = keyOf(project, today);
      if (!this.#underWay.has(key)) this.#underWay.set(key, { project, day: today, bytes: 0, pulls: 0 });
    }
    this.#asked.clear();
    return [...this.#underWay.values()];
  }

  /** They could not be noted. */
  putBack(notes: readonly Note[]): void {
    this.#underWay = new Map();
    for (const note of notes) this.#add(note);
  }

  /** They were noted, with this answer. */
  noted(notes: readonly Note[], allowances: readonly PullAllowance[], today: Day): void {
    this.#underWay = new Map();
    for (const { project } of notes) this.#known.delete(project);
    for (const { project, limitBytes, usedBytes } of allowances)
      this.#known.set(project, { day: today, limitBytes, notedBytes: usedBytes });
    for (const project of this.#known.keys()) {
      if (this.#known.size <= mostKnown) break;
      this.#known.delete(project);
    }
  }

  #add({ project, day, bytes, pulls }: { readonly project: string } & DayOfPulls): void {
    const key = keyOf(project, day);
    const known = this.#counted.get(key);
    this.#counted.set(key, { project, day, bytes: (known?.bytes ?? 0) + bytes, pulls: (known?.pulls ?? 0) + pulls });
  }
}

function keyOf(project: string, day: Day): string {
  return `${day} ${project}`;
}
