import type { Millis } from '../../registry/ports/content-store.ts';
import type { SecretBox } from '../../registry/ports/secret-box.ts';

/** How long a person may take from one step of signing in to the next. */
const stepMs = 10 * 60_000;

/** What a browser keeps for us between two steps: sealed, good for ten minutes, and for one purpose. */
export class SealedSteps<T extends object> {
  readonly #box: SecretBox;
  readonly #purpose: string;
  readonly #now: () => Millis;

  constructor(box: SecretBox, purpose: string, now: () => Millis) {
    this.#box = box;
    this.#purpose = purpose;
    this.#now = now;
  }

  seal(step: T): string {
    return this.#box.seal(this.#purpose, JSON.stringify({ step, until: this.#now() + stepMs }));
  }

  /** Undefined when it is not ours, or took too long. */
  open(text: string): T | undefined {
    let opened: string;
    try {
      opened = this.#box.open(this.#purpose, text);
    } catch {
      // Whatever a browser sends that does not open was not sealed here for this: that is all there is to know.
      return undefined;
    }
    const { step, until } = JSON.parse(opened) as { step: T; until: Millis };
    return this.#now() < until ? step : undefined;
  }
}
