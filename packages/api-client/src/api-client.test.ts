import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, createApiClient, eachItem } from './index.ts';

/** A client whose requests are answered by a function. */
function clientOf(answer: (request: Request) => Response) {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    return answer(request);
  };
  return { requests, fetch, baseUrl: 'http://registry.example:5000' };
}

test('a credential is shown with each request: name and password, or a token', async () => {
  const { requests, ...options } = clientOf(() => Response.json({}));
  await createApiClient({ ...options, credential: { name: 'zoë', password: 'päss' } }).GET('/api/v1/me');
  await createApiClient({ ...options, credential: { token: 'lsp_x' } }).GET('/api/v1/me');
  await createApiClient(options).GET('/api/v1/me');
  assert.deepEqual(
    requests.map(({ url, headers }) => [url, headers.get('authorization')]),
    [
      ['http://registry.example:5000/api/v1/me', `Basic ${Buffer.from('zoë:päss').toString('base64')}`],
      ['http://registry.example:5000/api/v1/me', 'Bearer lsp_x'],
      ['http://registry.example:5000/api/v1/me', null],
    ],
  );
});

test('a name that URLs take for a step is refused: the request would be another operation', async () => {
  const { requests, ...options } = clientOf(() => Response.json({}));
  const api = createApiClient(options);
  for (const project of ['..', '.', '']) {
    const path = { project, member: '7' };
    await assert.rejects(api.DELETE('/api/v1/projects/{project}/members/{member}', { params: { path } }), RangeError, project);
  }
  assert.equal(requests.length, 0);
  for (const repository of ['team/app', '%2e%2e', 'a?b#c', '...']) {
    await api.GET('/api/v1/repositories/{repository}', { params: { path: { repository } } });
  }
  assert.deepEqual(
    requests.map(({ url }) => url.slice(url.lastIndexOf('/') + 1)),
    ['team%2Fapp', '%252e%252e', 'a%3Fb%23c', '...'],
  );
});

test('a problem rejects with what it says', async () => {
  const problem = { type: '/problems/too-many-requests', title: 'x', status: 429, detail: 'Wait.', requestId: 'r1' };
  const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' };
  const api = createApiClient(clientOf(() => Response.json(problem, { status: 429, headers })));
  await assert.rejects(api.GET('/api/v1/me'), (error) => {
    assert.ok(error instanceof ApiProblem);
    assert.deepEqual(
      [error.status, error.code, error.message, error.requestId, error.retryAfterSeconds, error.faults],
      [429, 'too-many-requests', 'Wait.', 'r1', 7, []],
    );
    return true;
  });
});

test('what a proxy answers keeps its status', async () => {
  const api = createApiClient(clientOf(() => new Response('<h1>Bad gateway</h1>', { status: 502 })));
  await assert.rejects(api.GET('/api/v1/me'), { name: 'ApiProblem', status: 502, code: 'unknown' });
});

test('a list is walked page by page, no further than it is wanted', async () => {
  const asked: (string | undefined)[] = [];
  const ask = async ({ cursor }: { cursor?: string }) => {
    asked.push(cursor);
    const page = Number(cursor ?? 0);
    return { data: { items: [page * 2, page * 2 + 1], ...(page < 2 && { next: String(page + 1) }) } };
  };
  const all: number[] = [];
  for await (const item of eachItem(ask)) all.push(item);
  assert.deepEqual(all, [0, 1, 2, 3, 4, 5]);
  for await (const item of eachItem(ask)) if (item === 1) break;
  assert.deepEqual(asked, [undefined, '1', '2', undefined]);
});
