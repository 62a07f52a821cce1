import { reasonText } from '../../exit-codes.ts';
import { said } from '../../language.ts';
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
    return failed(
      said(reasonText(error)),
      said(
        'The connection is good, but no HTTP comes back over it: look at what listens there.',
        '连接已建立，却没有收到 HTTP 应答：请检查该端口上运行的程序。',
      ),
    );
  }
  const { status, headers } = response;
  const answers = said(`/v2/ answers with ${status}`, `/v2/ 返回 ${status}`);
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) return redirected(site, status, location);
  if (status === 400 && (await speaksTls(site))) return tlsIsSpoken(site);
  if (status === 200 && headers.get('content-type')?.startsWith('text/html') === true)
    return failed(
      said('/v2/ answers with a web page', '/v2/ 返回的是网页'),
      said(
        'Something else answers in the place of the registry: the login page of a network, or a web server.',
        '应答的不是仓库：可能是网络的登录页面，或别的网站。',
      ),
    );
  if (status === 200 || status === 429) return ok(answers);
  if (status === 401) return ok(said(`${answers.en} (it wants a login)`, `${answers.zh}（需要登录）`));
  if (status >= 500)
    return failed(
      answers,
      said(
        'The registry, or the way from a proxy to it, is out of order: look at its log, and at what the proxy passes on to.',
        '仓库出错，或代理连不上它：请查看仓库日志与代理的转发目标。',
      ),
    );
  return failed(
    answers,
    said(
      'What listens there is no registry, or a proxy in front of it does not pass /v2/ on.',
      '该地址不是镜像仓库，或前置代理没有转发 /v2/。',
    ),
  );
}

function redirected({ url }: Site, status: number, location: string): Finding {
  const target = URL.parse(location, url.href);
  const meant = target?.href.replace(/\/v2\/?(\?.*)?$/, '') ?? location;
  return failed(
    said(`/v2/ redirects (${status}) to ${location}`, `/v2/ 重定向（${status}）到 ${location}`),
    said(
      `Credentials do not follow to another place: name the registry as ${meant} yourself.`,
      `凭据不会随重定向发往别处：请直接使用 ${meant} 作为仓库地址。`,
    ),
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
  return failed(said(`${url.host} speaks TLS`, `${url.host} 使用的是 TLS`), said(`Say https://${url.host}.`, `请写 https://${url.host}。`));
}

/** How far this machine's clock is from the server's. */
export async function checkClock(site: Site): Promise<Finding> {
  return clockFinding((await site.answer()).headers.get('date'), Date.now());
}

/** The same for a Date header, which has whole seconds. */
export function clockFinding(date: string | null, nowMs: number): Finding {
  const serverMs = Date.parse(date ?? '');
  if (Number.isNaN(serverMs)) return skipped(said('the server does not say what time it is', '服务器没有给出时间'));
  const skew = Math.round((nowMs - serverMs) / 1000);
  const seconds = Math.abs(skew);
  const found =
    seconds <= 1
      ? said('this machine and the server agree', '本机与服务器时间一致')
      : said(
          `this machine is ${seconds} s ${skew < 0 ? 'behind' : 'ahead of'} the server`,
          `本机比服务器${skew < 0 ? '慢' : '快'} ${seconds} 秒`,
        );
  if (seconds <= skewSeconds) return ok(found);
  return failed(
    found,
    said(
      'Tokens and certificates are good for a time: set the clocks of both by NTP (timedatectl set-ntp true).',
      '令牌与证书都有有效期：请用 NTP 校准两边的时钟（timedatectl set-ntp true）。',
    ),
  );
}
