import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { said } from '../../language.ts';
import { type Finding, failed, ok, skipped, warning } from './finding.ts';
import { patienceMs, type Site } from './site.ts';

const largeBody = 10 * 1024 ** 3;
const largeHeader = 6 * 1024;
const noAnswer = said('no answer came to the question', '探测请求没有得到应答');

/** Whether something on the way refuses large layers. Nothing large is sent: what refuses does so by the announced length. */
export async function checkBodies({ url }: Site): Promise<Finding> {
  const status = await statusOf(url, 'POST', { 'content-length': String(largeBody), expect: '100-continue' });
  if (status === undefined || status === 417 || status === 429) return skipped(noAnswer);
  if (status === 413)
    return failed(
      said('a body of 10 GiB is refused (413)', '10 GiB 的请求体被拒绝（413）'),
      said(
        'A proxy in front of the registry limits bodies: client_max_body_size 0 in nginx, proxy-body-size "0" at an Ingress, or its like.',
        '前置代理限制了请求体大小：nginx 请设 client_max_body_size 0，Ingress 请设 proxy-body-size "0"。',
      ),
    );
  return ok(said('nothing on the way refuses a body of 10 GiB', '途中没有拒绝 10 GiB 的请求体'));
}

/** Whether something on the way refuses long tokens. */
export async function checkHeaders({ url }: Site): Promise<Finding> {
  const status = await statusOf(url, 'GET', { 'x-longshore-doctor': 'x'.repeat(largeHeader) });
  const size = `${largeHeader / 1024} KiB`;
  if (status === undefined || status === 429) return skipped(noAnswer);
  if (status === 431 || status === 400 || status === 414)
    return warning(
      said(`a header of ${size} is refused (${status})`, `${size} 的请求头被拒绝（${status}）`),
      said(
        'Tokens with many scopes may be too long: let the proxy take larger headers (large_client_header_buffers in nginx).',
        '权限范围多的令牌可能过长：请让代理接受更大的请求头（nginx 的 large_client_header_buffers）。',
      ),
    );
  return ok(said(`a header of ${size} goes through`, `${size} 的请求头可以通过`));
}

/** Whether the registry refuses requests because there were too many, and how many it says are left. */
export async function checkRate(site: Site): Promise<Finding> {
  const { status, headers } = await site.answer();
  const after = headers.get('retry-after');
  if (status === 429)
    return failed(
      said(
        `too many requests from here (429${after === null ? '' : `, again in ${after} s`})`,
        `请求过多（429${after === null ? '' : `，请在 ${after} 秒后重试`}）`,
      ),
      said(
        'Wait, and log in: the limits of accounts are often higher than those of an address that many share (a proxy, a NAT).',
        '请稍候再试，并先登录：账号的限额通常高于多人共用的出口地址（代理、NAT）。',
      ),
    );
  const [left, most] = ['remaining', 'limit'].map((name) => headers.get(`ratelimit-${name}`) ?? headers.get(`x-ratelimit-${name}`));
  if (left === null || left === undefined)
    return skipped(said('the registry does not say how many requests it takes', '仓库没有说明请求限额'));
  const found = said(`${left} of ${most ?? '?'} requests are left`, `剩余 ${left} 次请求，共 ${most ?? '?'} 次`);
  return Number.parseInt(left, 10) > 0
    ? ok(found)
    : warning(
        found,
        said('The next requests will be refused for a time: wait, or log in.', '接下来的请求会被拒绝一段时间：请稍候或先登录。'),
      );
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
