import { type Kept, KeptAnswer } from '../../registry/kept-answer.ts';
import type { Inventory } from '../../registry/ports/inventory-store.ts';
import type { WholeUse } from '../../registry/ports/overview-store.ts';
import { dayOf } from '../../registry/utc-day.ts';
import type { OverseeingDeps, Space } from './overseeing-deps.ts';
import { findWarnings, type Warning } from './warnings.ts';

/** How many days of pulls an overview shows. */
export const shownDays = 30;
const countedMs = 60_000;
const warnedMs = 15_000;
/** What took long is asked again when fifty times as long has passed. */
const rest = 50;
const failure = 'Figures for the overview could not be counted anew.';

/** A store with what it holds and has left. */
export interface StoreFigures {
  readonly name: string;
  readonly kind: 'filesystem' | 's3';
  readonly isAway: boolean;
  readonly blobs: number;
  readonly bytes: number;
  readonly space: Space | undefined;
}

/** What is counted of the whole registry. */
export interface Figures {
  readonly inventory: Inventory;
  readonly use: WholeUse;
}

/** The figures that only administrators see: counted now and then, however many ask. */
export class OverseeingFigures {
  readonly #deps: OverseeingDeps;
  readonly #counted: KeptAnswer<Figures>;
  readonly #warnings: KeptAnswer<Warning[]>;

  constructor(deps: OverseeingDeps) {
    this.#deps = deps;
    const { inventory, overview, logger, clock } = deps;
    const since = clock();
    const count = async () => ({
      inventory: await inventory.countContent(),
      use: await overview.countUse(dayOf(clock()) - shownDays + 1),
    });
    const common = { rest, failure, logger, clock };
    this.#counted = new KeptAnswer({ ask: count, freshMs: countedMs, ...common });
    this.#warnings = new KeptAnswer({ ask: () => findWarnings(deps, since), freshMs: warnedMs, ...common });
  }

  counted(): Promise<Kept<Figures>> {
    return this.#counted.get();
  }

  async warnings(): Promise<readonly Warning[]> {
    return (await this.#warnings.get()).value;
  }

  /** Every configured store; a disk is asked now. */
  async stores({ inventory }: Figures): Promise<StoreFigures[]> {
    return Promise.all(
      this.#deps.stores.map(async ({ name, kind, isAway, space }) => {
        const held = inventory.stores.find(({ store }) => store === name);
        return { name, kind, isAway: isAway(), blobs: held?.blobs ?? 0, bytes: held?.bytes ?? 0, space: await space?.() };
      }),
    );
  }
}
