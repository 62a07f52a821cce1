import type { components } from './openapi.ts';

type Problem = components['schemas']['Problem'];

/** A refusal. The message says what was wrong and what to do; `code` is the last part of the problem's type. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** Names the request in the registry's log; undefined when something else answered. */
  readonly requestId: string | undefined;
  /** What is wrong where in the request, by JSON pointers. */
  readonly faults: readonly { readonly pointer: string; readonly detail: string }[];
  /** Seconds after which to try again, where the answer says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter: string | null = null) {
    super(problem.detail ?? `The registry answered with status ${status}.`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.type?.split('/').at(-1) ?? 'unknown';
    this.requestId = problem.requestId;
    this.faults = problem.errors ?? [];
    this.retryAfterSeconds = retryAfter !== null && /^[0-9]+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }

  /** The problem in an answer; proxies on the way answer with other things, of which the status is kept. */
  static async of(response: Response): Promise<ApiProblem> {
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    const problem = isProblem ? ((await response.json()) as Problem) : {};
    return new ApiProblem(response.status, problem, response.headers.get('retry-after'));
  }
}
