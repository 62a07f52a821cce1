import { AuthorizationResponseError, ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { ProviderAway } from './provider-fetch.ts';

/**
 * What a failure means. `ended`: the provider says that the person, or the code, is not good any more. `unfit`: it does not take this
 * registry, whoever it is asked about.
 */
export interface OidcFailure {
  readonly kind: 'away' | 'refused' | 'ended' | 'unfit';
  /** For the log: one line, no secret. */
  readonly detail: string;
}

const longest = 300;

/** RFC 6749 sections 4.1.2.1 and 5.2: what has nothing to do with the person. */
const ofRegistry: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'server_error',
  'temporarily_unavailable',
]);

/** What went wrong at a provider. Everything that is not plainly the provider's own absence is a refusal: nobody is let in by an error. */
export function explainFailure(error: unknown): OidcFailure {
  const away = causes(error).find((cause) => cause instanceof ProviderAway);
  if (away !== undefined) return { kind: 'away', detail: oneLine(away.message) };
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const detail = oneLine(
      `the provider says ${error.error}${error.error_description === undefined ? '' : `: ${error.error_description}`}`,
    );
    return { kind: error.error === 'invalid_grant' ? 'ended' : ofRegistry.has(error.error) ? 'unfit' : 'refused', detail };
  }
  if (error instanceof ClientError || error instanceof TypeError || error instanceof WWWAuthenticateChallengeError || isOfAddress(error)) {
    // Bearer is asked for at UserInfo, of a person; anything else is how a client proves itself.
    const isOfClient = error instanceof WWWAuthenticateChallengeError && error.cause.every(({ scheme }) => scheme !== 'bearer');
    return {
      kind: isOfClient ? 'unfit' : 'refused',
      detail: oneLine(
        causes(error)
          .map(({ message }) => message)
          .join(': '),
      ),
    };
  }
  throw error;
}

/** Thrown bare where addresses are built of what a provider says of itself; the library exports no class for it. */
const isOfAddress = (error: unknown) => error instanceof Error && error.name === 'OperationProcessingError';

function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let next = error; next instanceof Error && found.length < 5; next = next.cause) found.push(next);
  return found;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, longest);
}
