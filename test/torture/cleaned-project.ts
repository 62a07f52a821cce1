import type { Crew } from './crew.ts';
import { pause } from './pause.ts';
import type { Reader } from './reader.ts';
import { RetainedModel } from './retained-model.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

const windowMs = 5000;
const dayMs = 86_400_000;

/** A repository that `longshore cleanup` goes over in processes of its own, beside the servers: what was pushed a moment ago stays. */
export class CleanedProject implements Work {
  readonly #crew: Crew;
  readonly #reader: Reader;
  readonly #model: RetainedModel;
  readonly #client: TortureClient;

  /** `slackMs`: by how much the clocks of two servers differ at most. */
  constructor(crew: Crew, name: string, slackMs: number) {
    this.#crew = crew;
    this.#reader = crew.newReader(crew.newClient());
    this.#model = new RetainedModel(`${name}/app`, [{ prefix: '', keep: { kind: 'pushedWithin', ms: windowMs } }], slackMs);
    this.#client = crew.newTortureClient({ name: this.#model.name, models: [this.#model] });
  }

  async prepare(): Promise<void> {}

  async workUntil(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#client.workUntil(signal), this.#cleanAgainAndAgain(signal)]);
  }

  async checkAll(): Promise<void> {
    await this.#reader.checkAll(this.#model);
  }

  async #cleanAgainAndAgain(signal: AbortSignal): Promise<void> {
    const { arena, findings } = this.#crew.options;
    while (await pause(4000, signal)) {
      const isDone = await arena.run(['cleanup', '--repo', this.#model.name, '--days', String(windowMs / dayMs), '--yes'], mayEnd);
      if (isDone) findings.did('cleanups');
    }
  }
}

/** Nothing was pushed yet, or another cleanup died and its lease is not over. */
const mayEnd = /There is no store|is running already/;
