/** Something about an account cannot be done; the message is for the person who asked. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code: 'name-invalid' | 'name-taken' | 'password-invalid' | 'user-unknown' | 'token-invalid';

  constructor(code: AccountError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
