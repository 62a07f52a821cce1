/** What went wrong, and how much was done; shared by everything that runs. */
export class Findings {
  pushes = 0;
  pulls = 0;
  deletes = 0;
  /** Kills by what was killed. */
  readonly kills = { server: 0, worker: 0, writer: 0 };
  /** Processes that were made to stand still, for the supervisor to notice. */
  stops = 0;
  collections = 0;
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

  /** True when nothing went wrong. */
  get clean(): boolean {
    return this.lost + this.corrupt + this.leaked + this.unexpected === 0;
  }

  /** The line that a run ends with. */
  summary(): string {
    const { pushes, pulls, deletes, stops, lost, corrupt, leaked } = this;
    const { server, worker, writer } = this.kills;
    const kinds = worker + writer === 0 ? '' : ` (server ${server}, worker ${worker}, writer ${writer}), stops ${stops}`;
    return `pushes ${pushes}, pulls ${pulls}, deletes ${deletes}, kills ${server + worker + writer}${kinds}: ${lost} lost, ${corrupt} corrupt, ${leaked} leaked`;
  }
}
