import type { Day, PullAllowance, PullNotes } from './ports/pull-store.ts';
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

/** By day and project, and changed in place: every pull counts here. */
type Counts = Map<Day, Map<string, { bytes: number; pulls: number }>>;

/** What projects serve, by day: counted and not noted yet, being noted, and known from earlier notes. */
export class ProjectPulls {
  readonly #now: () => number;
  #counted: Counts = new Map();
  #underWay: Counts = new Map();
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
    const here = (this.#counted.get(today)?.get(project)?.bytes ?? 0) + (this.#underWay.get(today)?.get(project)?.bytes ?? 0);
    return { limitBytes: known.limitBytes, usedBytes: (known.day === today ? known.notedBytes : 0) + here };
  }

  countPull(project: string): void {
    add(this.#counted, project, dayOf(this.#now()), 0, 1);
  }

  /** Counts bytes as if all of them were sent; those that were not are taken off at the end. */
  begin(project: string, bytes: number): { end(bytesSent: number): void } {
    const day = dayOf(this.#now());
    add(this.#counted, project, day, bytes, 0);
    return {
      end: (sent) => {
        if (sent !== bytes) add(this.#counted, project, day, sent - bytes, 0);
      },
    };
  }

  /** Everything that is to be noted now. */
  take(): readonly Note[] {
    this.#underWay = this.#counted;
    this.#counted = new Map();
    const today = dayOf(this.#now());
    for (const project of this.#asked) add(this.#underWay, project, today, 0, 0);
    this.#asked.clear();
    return [...this.#underWay].flatMap(([day, projects]) => [...projects].map(([project, counts]) => ({ project, day, ...counts })));
  }

  /** They could not be noted. */
  putBack(notes: readonly Note[]): void {
    this.#underWay = new Map();
    for (const { project, day, bytes, pulls } of notes) add(this.#counted, project, day, bytes, pulls);
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
}

function add(counts: Counts, project: string, day: Day, bytes: number, pulls: number): void {
  const projects = counts.get(day);
  const known = projects?.get(project);
  if (known !== undefined) {
    known.bytes += bytes;
    known.pulls += pulls;
  } else if (projects !== undefined) projects.set(project, { bytes, pulls });
  else counts.set(day, new Map([[project, { bytes, pulls }]]));
}
