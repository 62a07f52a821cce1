import { reasonText } from '../../exit-codes.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';
import { firstOf } from './first-of.ts';
import type { Site } from './site.ts';
import { handshake } from './way.ts';

const skewSeconds = 30;

/** Whether a registry answers. */
export async function checkRegistry(site: Site): Promise<Finding> {
  let response: Response;
  try {
    response = await site.answer();
  } catch (error) {
    if (await speaksTls(site)) return tlsIsSpoken(site);
    return failed(reasonText(error), 'The connection is good, but no HTTP comes back over it: look at what listens there.');
  }
  const { status, headers } = response;
  const answers = `/v2/ answers with ${status}`;
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) return redirected(site, status, location);
  if (status === 400 && (await speaksTls(site))) return tlsIsSpoken(site);
  if (status === 200 && headers.get('content-type')?.startsWith('text/html') === true)
    return failed(
      '/v2/ answers with a web page',
      'Something else answers in the place of the registry: the login page of a network, or a web server.',
    );
  if (status === 200 || status === 429) return ok(answers);
  if (status === 401) return ok(`/v2/ answers with ${status} (it wants a login)`);
  if (status >= 500)
    return failed(
      answers,
      'The registry, or the way from a proxy to it, is out of order: look at its log, and at what the proxy passes on to.',
    );
  return failed(answers, 'What listens there is no registry, or a proxy in front of it does not pass /v2/ on.');
}

function redirected({ url }: Site, status: number, location: string): Finding {
  const target = URL.parse(location, url.href);
  const meant = target?.href.replace(/\/v2\/?(\?.*)?$/, '') ?? location;
  return failed(
    `/v2/ redirects (${status}) to ${location}`,
    `Credentials do not follow to another place: name the registry as ${meant} yourself.`,
  );
}

/** Whether TLS is spoken where the URL says that it is not. */
async function speaksTls(site: Site): Promise<boolean> {
  if (site.url.protocol === 'https:' || site.proxy !== undefined) return false;
  const socket = await handshake(site);
  try {
    return (await firstOf(socket, 'secureConnect')) === 'ready';
  } finally {
    socket.destroy();
  }
}

function tlsIsSpoken({ url }: Site): Finding {
  return failed(`${url.host} speaks TLS`, `Say https://${url.host}.`);
}

/** How far this machine's clock is from the server's. */
export async function checkClock(site: Site): Promise<Finding> {
  return clockFinding((await site.answer()).headers.get('date'), Date.now());
}

/** The same for a Date header, which has whole seconds. */
export function clockFinding(date: string | null, nowMs: number): Finding {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return skipped('the server does not say what time it is');
  const skew = Math.round((nowMs - serverMs) / 1000);
  const seconds = Math.abs(skew);
  const found =
    seconds <= 1 ? 'this machine and the server agree' : `this machine is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} the server`;
  if (seconds <= skewSeconds) return ok(found);
  return failed(found, 'Tokens and certificates are good for a time: set the clocks of both by NTP (timedatectl set-ntp true).');
}
