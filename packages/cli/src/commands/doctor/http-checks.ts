import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ApiProblem } from '@longshore/api-client';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Connection, registryClientOf } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

const skewSeconds = 30;
const patienceMs = 5000;
const largeBody = 10 * 1024 ** 3;
const largeHeader = 6 * 1024;

/** Whether a registry answers, and what its clock says. */
export async function checkProtocol({ url, fetch }: Connection): Promise<readonly Finding[]> {
  const response = await fetch(new URL('v2/', url), { redirect: 'manual', signal: AbortSignal.timeout(patienceMs) });
  await response.body?.cancel();
  const isRegistry = response.status === 200 || response.status === 401;
  const protocol = isRegistry
    ? ok('registry', `/v2/ answers with ${response.status}${response.status === 401 ? ' (it wants a login)' : ''}`)
    : failed(
        'registry',
        `/v2/ answers with ${response.status}`,
        'What listens there is no registry, or a proxy in front of it does not pass /v2/ on.',
      );
  return [protocol, clockFinding(response.headers.get('date'), Date.now())];
}

/** How far this machine's clock is from the server's, whose Date header has whole seconds. */
export function clockFinding(date: string | null, nowMs: number): Finding {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return { check: 'clock', state: 'skipped', found: 'the server does not say what time it is' };
  const seconds = Math.round((nowMs - serverMs) / 1000);
  const found = `this machine is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the server`;
  if (Math.abs(seconds) <= skewSeconds) return ok('clock', found);
  return failed('clock', found, 'Tokens and certificates are good for a time: set the clocks of both by NTP (timedatectl set-ntp true).');
}

/** Whether what is kept logs in. */
export async function checkLogin(connection: Connection): Promise<Finding> {
  if (connection.credential === undefined)
    return { check: 'login', state: 'skipped', found: 'nobody has logged in here', fix: `longshore login ${connection.url}` };
  try {
    if (!(await isLongshore(connection))) {
      await registryClientOf(connection).ping();
      return ok('login', 'the registry takes what is kept for it');
    }
    const me = (await (await callOperation(operationOf('getMe'), { path: {} }, connection)).json()) as { name: string; credential: string };
    return ok('login', `you are ${me.name}, by ${me.credential}`);
  } catch (error) {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 0;
    const fix =
      status === 401
        ? 'What is kept is wrong or over: longshore login again.'
        : 'Look for what the message says; the log of the registry has more under the request id.';
    const id = error instanceof ApiProblem && error.requestId !== undefined ? ` (request ${error.requestId})` : '';
    return failed('login', `${error instanceof Error ? error.message : String(error)}${id}`, fix);
  }
}

/** Whether something on the way refuses large layers or long tokens. Nothing large is sent: what refuses does so by the announced length. */
export async function checkLimits({ url }: Connection): Promise<readonly Finding[]> {
  const body = await statusOf(url, 'POST', { 'content-length': String(largeBody), expect: '100-continue' });
  const header = await statusOf(url, 'GET', { 'x-longshore-doctor': 'x'.repeat(largeHeader) });
  return [
    body === 413
      ? failed(
          'size of layers',
          'a body of 10 GiB is refused (413)',
          'A proxy in front of the registry limits bodies: client_max_body_size 0 in nginx, or its like.',
        )
      : ok('size of layers', 'nothing on the way refuses a body of 10 GiB'),
    header === 431 || header === 400 || header === 414
      ? warning(
          'length of tokens',
          `a header of ${largeHeader / 1024} KiB is refused (${header})`,
          'Tokens with many scopes may be too long: let the proxy take larger headers (large_client_header_buffers in nginx).',
        )
      : ok('length of tokens', `a header of ${largeHeader / 1024} KiB goes through`),
  ];
}

/** The status of an answer to the head of a request; undefined when the server waits for more. */
function statusOf(url: string, method: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(new URL('v2/', url), { method, headers, agent: false });
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
