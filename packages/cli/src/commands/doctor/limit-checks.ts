import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { patienceMs, type Site } from './site.ts';

const largeBody = 10 * 1024 ** 3;
const largeHeader = 6 * 1024;
const noAnswer = 'no answer came to the question';

/** Whether something on the way refuses large layers. Nothing large is sent: what refuses does so by the announced length. */
export async function checkBodies({ url }: Site): Promise<Finding> {
  const status = await statusOf(url, 'POST', { 'content-length': String(largeBody), expect: '100-continue' });
  if (status === undefined || status === 417 || status === 429) return skipped(noAnswer);
  if (status === 413)
    return failed(
      'a body of 10 GiB is refused (413)',
      'A proxy in front of the registry limits bodies: client_max_body_size 0 in nginx, proxy-body-size "0" at an Ingress, or its like.',
    );
  return ok('nothing on the way refuses a body of 10 GiB');
}

/** Whether something on the way refuses long tokens. */
export async function checkHeaders({ url }: Site): Promise<Finding> {
  const status = await statusOf(url, 'GET', { 'x-longshore-doctor': 'x'.repeat(largeHeader) });
  const size = `${largeHeader / 1024} KiB`;
  if (status === undefined || status === 429) return skipped(noAnswer);
  if (status === 431 || status === 400 || status === 414)
    return warning(
      `a header of ${size} is refused (${status})`,
      'Tokens with many scopes may be too long: let the proxy take larger headers (large_client_header_buffers in nginx).',
    );
  return ok(`a header of ${size} goes through`);
}

/** Whether the registry refuses requests because there were too many, and how many it says are left. */
export async function checkRate(site: Site): Promise<Finding> {
  const { status, headers } = await site.answer();
  const after = headers.get('retry-after');
  if (status === 429)
    return failed(
      after === null ? 'too many requests from here (429)' : `too many requests from here (429, again in ${after} s)`,
      'Wait, and log in: the limits of accounts are often higher than those of an address that many share (a proxy, a NAT).',
    );
  const [left, most] = ['remaining', 'limit'].map((name) => headers.get(`ratelimit-${name}`) ?? headers.get(`x-ratelimit-${name}`));
  if (left === null || left === undefined) return skipped('the registry does not say how many requests it takes');
  const found = `${left} of ${most ?? '?'} requests are left`;
  return Number.parseInt(left, 10) > 0 ? ok(found) : warning(found, 'The next requests will be refused for a time: wait, or log in.');
}

/** The status of an answer to the head of a request, 100 when the server wants the rest; undefined when none comes. */
function statusOf(url: URL, method: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(new URL('v2/', url), { method, headers });
    const end = (status: number | undefined) => {
      resolve(status);
      request.destroy();
    };
    request.setTimeout(patienceMs, () => end(undefined));
    request.once('response', ({ statusCode }) => end(statusCode));
    request.once('continue', () => end(100));
    request.once('error', () => end(undefined));
    if (headers['expect'] === undefined) request.end();
    else request.flushHeaders();
  });
}
