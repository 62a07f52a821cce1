import type { ServeSignIn, SignInDeps } from './sign-in-deps.ts';

/** Where the pages for people are, and where devices ask to be let in. */
export const signInPaths = '/auth/';

/** The pages for signing in, loaded by the first request for one. */
export function createSignIn(deps: SignInDeps): ServeSignIn {
  return async (exchange) => {
    const { serveSignIn } = await import('./serve-sign-in.ts');
    return serveSignIn(exchange, deps);
  };
}
