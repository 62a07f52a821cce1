import type { ErrorCode } from './error-codes.ts';

/** Text that is not what a `requireX` function promises to return; `code` is what a registry would answer. */
export class OciError extends TypeError {
  override readonly name = 'OciError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A short, printable, quoted form of untrusted text for an error message. */
export function quoteForMessage(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
