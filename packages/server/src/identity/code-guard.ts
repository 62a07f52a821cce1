import type { CodeOutcome } from '../registry/ports/sign-in-service.ts';
import type { LoginAttempt, LoginDelay } from './login-delay.ts';

/**
 * Slows the guessing of short codes down. Failures count against what is guessed at, wherever they come from: codes are few, and whoever
 * may try one has proved who they are already. One is looked at at a time, by however many processes.
 */
export class CodeGuard {
  readonly #delay: LoginDelay;

  constructor(delay: LoginDelay) {
    this.#delay = delay;
  }

  /**
   * Runs `work`, which answers undefined for a wrong code, unless there were too many of them for `subject`. `forgives`: whether a right
   * code proves so much that the wrong ones before it are forgotten.
   */
  async attempt<T>(subject: string, forgives: boolean, work: () => Promise<T | undefined>): Promise<T | CodeOutcome> {
    const attempt: LoginAttempt = { name: subject, address: subject };
    const taken = await this.#delay.take(attempt);
    if ('retryAfterSeconds' in taken) return { kind: 'delayed', retryAfterSeconds: taken.retryAfterSeconds };
    const answer = await work();
    if (answer === undefined) return { kind: 'wrong' };
    if (forgives) await this.#delay.noteSuccess(attempt);
    else await this.#delay.giveBack(attempt, taken.takenAt);
    return answer;
  }
}
