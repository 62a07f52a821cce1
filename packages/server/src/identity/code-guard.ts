import type { CodeOutcome } from '../registry/ports/sign-in-service.ts';
import type { LoginAttempt, LoginDelay } from './login-delay.ts';

/**
 * Slows the guessing of short codes down. Failures count against what is guessed at, wherever they come from: codes are few, and whoever
 * may try one has proved who they are already.
 */
export class CodeGuard {
  readonly #delay: LoginDelay;
  readonly #running = new Map<string, number>();

  constructor(delay: LoginDelay) {
    this.#delay = delay;
  }

  /**
   * Runs `work`, which answers undefined for a wrong code, unless there were too many of them for `subject`. `forgives`: whether a right
   * code proves so much that the wrong ones before it are forgotten.
   */
  async attempt<T>(subject: string, forgives: boolean, work: () => Promise<T | undefined>): Promise<T | CodeOutcome> {
    const attempt: LoginAttempt = { name: subject, address: subject };
    const running = this.#running.get(subject) ?? 0;
    this.#running.set(subject, running + 1);
    try {
      const seconds = await this.#delay.secondsToWait(attempt, running);
      if (seconds !== undefined) return { kind: 'delayed', retryAfterSeconds: seconds };
      const answer = await work();
      if (answer === undefined) await this.#delay.noteFailure(attempt);
      else if (forgives) await this.#delay.noteSuccess(attempt);
      return answer ?? { kind: 'wrong' };
    } finally {
      const left = (this.#running.get(subject) ?? 1) - 1;
      if (left === 0) this.#running.delete(subject);
      else this.#running.set(subject, left);
    }
  }
}
