/** Facts about a failed request. */
export interface RegistryFailure {
  /** HTTP status; 0 when there was an answer but it broke the protocol. */
  readonly status: number;
  /** The error codes in the body, known to the specification or not. */
  readonly codes?: readonly string[];
  /** The host and port of the registry, where it is the registry that refused. */
  readonly registry?: string;
  /** The value of a Retry-After header given in seconds. */
  readonly retryAfterSeconds?: number;
}

/** A registry refused a request, or answered something the protocol does not allow. */
export class RegistryClientError extends Error {
  override readonly name = 'RegistryClientError';
  readonly status: number;
  readonly codes: readonly string[];
  readonly registry: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, failure: RegistryFailure) {
    super(message);
    this.status = failure.status;
    this.codes = failure.codes ?? [];
    this.registry = failure.registry;
    this.retryAfterSeconds = failure.retryAfterSeconds;
  }
}

/** A breach of the protocol, as opposed to a refusal. */
export function protocolError(message: string): RegistryClientError {
  return new RegistryClientError(message, { status: 0 });
}
