/** What an authority said against a request, or that it could not be asked. */
export class AcmeError extends Error {
  /** The last part of `urn:ietf:params:acme:error:...` (RFC 8555 section 6.7), or `unreachable`, `unexpected`. */
  readonly type: string;
  /** How long the authority wants to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(type: string, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'AcmeError';
    this.type = type;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether what was asked for may still be had by the same order: nobody said no to it. */
  get keepsOrder(): boolean {
    return this.isTheirs || this.type === 'rateLimited';
  }

  /** Whether the authority will not hold the attempt against us: it was in trouble itself, or does not know us any more. */
  get wasNotCounted(): boolean {
    return this.isTheirs || this.type === 'accountDoesNotExist';
  }

  private get isTheirs(): boolean {
    return this.type === 'unreachable' || this.type === 'serverInternal';
  }
}

/** An answer that RFC 8555 does not have. */
export function unexpected(what: string): AcmeError {
  return new AcmeError('unexpected', `The certificate authority answered with something else than ACME: ${what}.`);
}
