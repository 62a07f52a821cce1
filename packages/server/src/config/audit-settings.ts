import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const sink = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    if (url === null || url.username + url.password + url.search + url.hash !== '') return false;
    if (/^https?:$/.test(url.protocol)) return true;
    return /^syslog\+(udp|tcp|tls):$/.test(url.protocol) && url.hostname !== '' && (url.pathname === '' || url.pathname === '/');
  }),
);

/** Settings of section `audit`. */
export const audit = v.strictObject({
  days: v.pipe(
    v.optional(wholeFrom(0, 36_500), 365),
    notes('How many days entries of the audit log are kept; 0: for ever.', '审计日志条目的保留天数；0 表示永久保留。'),
  ),
  forward: v.pipe(
    v.optional(v.array(sink), []),
    notes(
      'Where entries of the audit log are sent as they are made: syslog (RFC 5424) or HTTP (JSON lines).',
      '审计日志条目的实时转发目标：syslog（RFC 5424）或 HTTP（JSON Lines）。',
      {
        accepts: {
          en: 'addresses such as syslog+tls://HOST:6514, syslog+tcp://HOST:601, syslog+udp://HOST:514, https://HOST/PATH; separated by commas in variables and flags',
          zh: '形如 syslog+tls://主机:6514、syslog+tcp://主机:601、syslog+udp://主机:514、https://主机/路径 的地址；在变量和参数中用逗号分隔',
        },
      },
    ),
  ),
  forwardAuthorizationFile: v.pipe(
    v.optional(filledText),
    notes(
      'File whose first line is sent as the Authorization header to addresses of `audit.forward` that speak HTTP.',
      '文件首行作为 Authorization 头发送给 `audit.forward` 中的 HTTP 地址。',
      {
        accepts: { en: 'a path; a relative one starts at the working directory', zh: '路径；相对路径以工作目录为起点' },
        otherwise: { en: 'no such header', zh: '不发送此头' },
      },
    ),
  ),
  forwardCaFile: v.pipe(
    v.optional(filledText),
    notes(
      'Certificates in PEM of the authorities that addresses of `audit.forward` are checked against.',
      '用于校验 `audit.forward` 各地址证书的颁发机构证书（PEM）。',
      {
        accepts: { en: 'a path; a relative one starts at the working directory', zh: '路径；相对路径以工作目录为起点' },
        otherwise: { en: 'those that Node.js knows', zh: 'Node.js 内置的颁发机构' },
      },
    ),
  ),
});
