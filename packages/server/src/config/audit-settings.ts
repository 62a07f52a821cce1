import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const isHttp = (address: string) => /^https?:/.test(address);
const staysSecret = (address: string) => /^(https:|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/.test(address);

/** Whether entries can be sent there: syslog by one of three transports with a port, or a URL that holds no credentials. */
function isReceiver(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.hostname === '' || url.username + url.password + url.search + url.hash !== '') return false;
  return isHttp(url.protocol) || (/^syslog\+(udp|tcp|tls):$/.test(url.protocol) && url.port !== '' && /^\/?$/.test(url.pathname));
}

/** Settings of section `audit`. */
export const audit = v.pipe(
  v.strictObject({
    days: v.pipe(
      v.optional(wholeFrom(0, 36_500), 365),
      notes('How many days entries of the audit log are kept; 0: for ever.', '审计日志条目的保留天数；0 表示永久保留。'),
    ),
    forward: v.pipe(
      v.optional(v.array(v.pipe(v.string(), v.check(isReceiver))), []),
      notes(
        'Where new entries of the audit log are sent: syslog (RFC 5424), or HTTP as JSON lines. See docs/guides/audit.md.',
        '新的审计日志条目发送到何处：syslog（RFC 5424），或以 JSON lines 形式经 HTTP。见 docs/guides/audit.zh-CN.md。',
        {
          accepts: {
            en: 'syslog+udp://HOST:PORT, syslog+tcp://HOST:PORT, syslog+tls://HOST:PORT, and http or https URLs without user and query; separated by commas in variables and flags',
            zh: 'syslog+udp://HOST:PORT、syslog+tcp://HOST:PORT、syslog+tls://HOST:PORT，或不含用户名与查询串的 http、https URL；在变量和参数中用逗号分隔',
          },
        },
      ),
    ),
    forwardAuthorization: v.pipe(
      v.optional(filledText),
      notes(
        'Header `Authorization` for the one HTTP receiver, such as `Bearer SECRET`.',
        '发送给唯一的 HTTP 接收方的 `Authorization` 头，例如 `Bearer SECRET`。',
        { secret: true, otherwise: { en: 'none', zh: '无' } },
      ),
    ),
    forwardFacility: v.pipe(
      v.optional(wholeFrom(0, 23), 13),
      notes('Facility of syslog messages; 13 is the log audit.', 'syslog 消息的 facility；13 表示日志审计。'),
    ),
  }),
  v.forward(
    v.partialCheck(
      [['forward'], ['forwardAuthorization']],
      ({ forward, forwardAuthorization }) => forwardAuthorization === undefined || forward.filter(isHttp).length === 1,
      'audit.forwardAuthorization is for one http or https receiver in audit.forward; give exactly one',
    ),
    ['forwardAuthorization'],
  ),
  v.forward(
    v.partialCheck(
      [['forward'], ['forwardAuthorization']],
      ({ forward, forwardAuthorization }) => forwardAuthorization === undefined || forward.filter(isHttp).every(staysSecret),
      'audit.forwardAuthorization is sent to no http receiver but on this host; make its address https',
    ),
    ['forwardAuthorization'],
  ),
);
