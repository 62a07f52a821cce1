import { type ApiClient, createApiClient } from '@longshore/api-client';
import { ConnectionLost, noteReachable } from './connection.ts';
import { noteRegistryTime } from './registry-clock.ts';

/** What shows the server that a page of ours asks; known once `GET /me` has answered. */
let csrfToken: string | undefined;

/** Tells the client what writes of this session must show. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/**
 * The management API of the server that this page came from, as whoever is signed in with this browser. What is refused rejects with `ApiProblem`,
 * what gets no answer with `ConnectionLost`.
 */
export const api: ApiClient = createApiClient({
  baseUrl: window.location.origin,
  fetch: async (request) => {
    // Without it, a refusal would make the browser ask for a password in a window of its own.
    request.headers.set('X-Requested-With', 'XMLHttpRequest');
    if (csrfToken !== undefined && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken);
    try {
      const answer = await fetch(request);
      noteReachable(true);
      noteRegistryTime(answer.headers.get('date'));
      return answer;
    } catch (error) {
      if (request.signal.aborted) throw error;
      noteReachable(false);
      throw new ConnectionLost(error);
    }
  },
});
