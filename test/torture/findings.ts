/** What went wrong, and how much was done; shared by everything that runs. */
export class Findings {
  pushes = 0;
  pulls = 0;
  deletes = 0;
  /** What was done to the servers, by kind. */
  readonly faults = new Map<string, number>();
  collections = 0;
  /** What else was done, by kind. */
  readonly deeds = new Map<string, number>();
  /** Requests that were sent again, and how often one was at most. */
  repeated = 0;
  mostTries = 1;
  lost = 0;
  corrupt = 0;
  leaked = 0;
  /** Answers that no rule allows. */
  unexpected = 0;
  readonly #startedAt = performance.now();
  readonly #report: (line: string) => void;

  constructor(report: (line: string) => void) {
    this.#report = report;
  }

  /** Something acknowledged is not there; or content is not what was pushed; or deleted content is back; or space is not freed. */
  add(kind: 'lost' | 'corrupt' | 'leaked' | 'unexpected', what: string): void {
    this[kind] += 1;
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    this.#report(`${seconds} s: ${kind}: ${what}`);
  }

  /** Notes one more fault of a kind. */
  strike(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  /** Notes that one more thing of a kind was done. */
  did(kind: string): void {
    this.deeds.set(kind, (this.deeds.get(kind) ?? 0) + 1);
  }

  /** Notes that a request is sent for the nth time. */
  tried(times: number): void {
    this.repeated += 1;
    this.mostTries = Math.max(this.mostTries, times);
  }

  /** True when nothing went wrong. */
  get clean(): boolean {
    return this.lost + this.corrupt + this.leaked + this.unexpected === 0;
  }

  /** The line that a run ends with. */
  summary(): string {
    const { pushes, pulls, deletes, lost, corrupt, leaked } = this;
    const total = [...this.faults.values()].reduce((sum, count) => sum + count, 0);
    const done = `pushes ${pushes}, pulls ${pulls}, deletes ${deletes}, ${listed(this.deeds)}, faults ${total} (${listed(this.faults)})`;
    return `${done}: ${lost} lost, ${corrupt} corrupt, ${leaked} leaked`;
  }
}

function listed(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([left], [right]) => left.localeCompare(right));
  return sorted.map(([kind, count]) => `${kind} ${count}`).join(', ');
}
