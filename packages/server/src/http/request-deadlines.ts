import type { Logger } from '../registry/ports/logger.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { answerError } from './error-answer.ts';
import type { HttpExchange } from './http-exchange.ts';

export interface DeadlineLimits {
  /** A GET or HEAD whose answer has not begun by then is answered with 503. Writes are not bounded by it: to complete a huge blob takes long. */
  readonly answerTimeoutMs: number;
  /** Whatever takes longer is ended, transfers included. */
  readonly requestTimeoutMs: number;
}

/** The exchanges that are not over, and the end of those that take too long. One timer serves all. */
export class RequestDeadlines {
  readonly #limits: DeadlineLimits;
  readonly #logger: Logger;
  /** With the time at which each was begun, which is not when it arrived: requests sent ahead wait for their turn. */
  readonly #open = new Map<HttpExchange, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(limits: DeadlineLimits, logger: Logger, intervalMs = 1000) {
    this.#limits = limits;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#look(), intervalMs);
    this.#timer.unref();
  }

  begin(exchange: HttpExchange): void {
    this.#open.set(exchange, performance.now());
  }

  end(exchange: HttpExchange): void {
    this.#open.delete(exchange);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const [exchange, begunAt] of this.#open) {
      const age = now - begunAt;
      const reads = exchange.method === 'GET' || exchange.method === 'HEAD';
      if (age >= this.#limits.requestTimeoutMs) this.#cut(exchange, 'limits.requestTimeoutSeconds');
      else if (reads && age >= this.#limits.answerTimeoutMs && !exchange.response.headersSent)
        this.#cut(exchange, 'limits.answerTimeoutSeconds');
    }
  }

  #cut(exchange: HttpExchange, limit: string): void {
    this.#open.delete(exchange);
    const { id: requestId, method, path } = exchange;
    this.#logger.warn('A request took too long and was ended.', { requestId, method, path, limit });
    const message = 'The registry did not answer in time: try again, and tell its administrator when it happens often.';
    exchange.isLast = true;
    answerError(exchange, new RegistryError('UNAVAILABLE', { message, headers: { 'Retry-After': '5' } }), this.#logger);
  }
}
