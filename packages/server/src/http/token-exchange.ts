import type { Authentication, Authenticator, Origin } from '../registry/ports/authenticator.ts';
import { RegistryError } from '../registry/registry-error.ts';

/** `grant_type` of a token exchange (RFC 8693). */
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const subjectTypes = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'];

/** What the answer to an exchange says besides the token (RFC 8693 section 2.2.1). */
export const exchanged = { issued_token_type: accessToken, token_type: 'Bearer' } as const;

/**
 * Who the token of another issuer in an exchange stands for (RFC 8693 section 2.1). `username`, which the RFC has not, names the robot where
 * several trust the token; `audience` is our service, if it is given.
 */
export function proveSubject(form: URLSearchParams, authenticator: Authenticator, from: Origin): Promise<Authentication> {
  const subjectToken = form.get('subject_token') ?? '';
  const subjectType = form.get('subject_token_type') ?? '';
  if (subjectToken === '' || !subjectTypes.includes(subjectType)) {
    throw refused(`A token exchange needs subject_token, and subject_token_type ${subjectTypes.join(' or ')}.`);
  }
  const wanted = form.get('requested_token_type') ?? accessToken;
  if (wanted !== accessToken) throw refused(`requested_token_type must be ${accessToken}.`);
  if (form.has('actor_token')) throw refused('Nobody acts for somebody else here: leave actor_token out.');
  return authenticator.proveForeign(subjectToken, form.get('username') ?? undefined, from);
}

function refused(message: string): RegistryError {
  return new RegistryError('UNSUPPORTED', { status: 400, message });
}
