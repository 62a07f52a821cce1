/** A request to an address that somebody outside chose. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  /** http or https. A user and a password in it are refused: credentials go into headers. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** From the look-up of the name to the last byte that is read of the answer. */
  readonly timeoutMs: number;
  /** What is read of the answer's body; the rest is left unread. */
  readonly mostAnswerBytes: number;
  readonly signal?: AbortSignal;
}

/** An answer. Redirects are answers like any other: whoever follows one sends a new request, which is examined anew. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As far as it came within the limits of bytes and time. */
  readonly body: Uint8Array;
  readonly complete: boolean;
}

/** Why there is no answer: the address may not be asked, its name is not known, nobody is there, TLS failed, it took too long, or it broke off. */
export type DialProblem = 'forbidden' | 'unresolved' | 'unreachable' | 'tls' | 'timeout' | 'broken';

/** There is no answer. The message may be shown to whoever chose the address; `cause` is for the log alone. */
export class DialError extends Error {
  override readonly name = 'DialError';
  readonly problem: DialProblem;

  constructor(problem: DialProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** The one door for requests whose address a user can influence. */
export interface Dialer {
  /** Why a URL will never be asked, whatever its name resolves to; undefined when it may be. */
  objection(url: string): string | undefined;
  /** Throws `DialError` without an answer; whatever status an answer has, it is one. */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>;
}
