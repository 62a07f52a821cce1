import { type ApiClient, createApiClient } from '../../../packages/api-client/src/index.ts';
import type { TestRegistry, TestUser } from '../../protocol/registry-fixture.ts';

/** The management API as one user, by the client of the tests, which trusts the registry's certificate. */
export function apiAs({ client, url }: TestRegistry, { basic }: Pick<TestUser, 'basic'>): ApiClient {
  return createApiClient({
    baseUrl: url,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const headers = { ...Object.fromEntries(request.headers), authorization: basic };
      const answer = await client.send(request.method, pathname + search, { headers, body: await request.text() });
      const type = { 'content-type': answer.headers['content-type'] ?? '' };
      return new Response(answer.status === 204 ? null : new Uint8Array(answer.body), { status: answer.status, headers: type });
    },
  });
}
