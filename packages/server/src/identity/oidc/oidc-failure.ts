import { AuthorizationResponseError, ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { ProviderAway } from './provider-fetch.ts';

/** What a failure means. `ended`: the provider says that the person, or the code, is not good any more. */
export interface OidcFailure {
  readonly kind: 'away' | 'refused' | 'ended';
  /** For the log: one line, no secret. */
  readonly detail: string;
}

const longest = 300;

/** What went wrong at a provider. Everything that is not plainly the provider's own absence is a refusal: nobody is let in by an error. */
export function explainFailure(error: unknown): OidcFailure {
  const away = causes(error).find((cause) => cause instanceof ProviderAway);
  if (away !== undefined) return { kind: 'away', detail: oneLine(away.message) };
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    const detail = oneLine(
      `the provider says ${error.error}${error.error_description === undefined ? '' : `: ${error.error_description}`}`,
    );
    return { kind: error.error === 'invalid_grant' ? 'ended' : 'refused', detail };
  }
  if (error instanceof ClientError || error instanceof TypeError || error instanceof WWWAuthenticateChallengeError) {
    return {
      kind: 'refused',
      detail: oneLine(
        causes(error)
          .map(({ message }) => message)
          .join(': '),
      ),
    };
  }
  throw error;
}

function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let next = error; next instanceof Error && found.length < 5; next = next.cause) found.push(next);
  return found;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, longest);
}
