import { ApiProblem } from '@longshore/api-client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { meQuery } from './session.ts';

/** Asks who is signed in when somebody is refused with one of `statuses`: a session may have ended, or another one begun in another tab. */
function askWhoIsSignedIn(...statuses: number[]) {
  return (error: Error) => {
    if (error instanceof ApiProblem && statuses.includes(error.status)) void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
  };
}

/**
 * Answers that pages share. What is refused is not asked again, what did not arrive is. Whether there is a network is not for the browser to
 * say, which knows nothing of the way to this registry.
 */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: askWhoIsSignedIn(401) }),
  // The token of an earlier session is refused with 403.
  mutationCache: new MutationCache({ onError: askWhoIsSignedIn(401, 403) }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: 'always',
      retry: (failures, error) => failures < 3 && !(error instanceof ApiProblem && error.status < 500 && error.status !== 429),
    },
    mutations: { networkMode: 'always' },
  },
});
