/** What a page is told of a request. */
export interface PageRequest {
  /** Parameters of the query string. */
  readonly query: URLSearchParams;
  /** Whether the listener finishes what it has begun and then ends. */
  readonly draining: boolean;
}

/** A whole answer. */
export interface PageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers GET and HEAD of one path beside the registry API: metrics, health. */
export type Page = (request: PageRequest) => Promise<PageAnswer>;
