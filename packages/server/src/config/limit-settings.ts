import * as v from 'valibot';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

/** What one client, or all together, may ask of a server before they are refused. */
export const limits = v.strictObject({
  manifestBytes: v.pipe(
    v.optional(wholeFrom(4_194_304, 67_108_864), 4_194_304),
    notes('Largest manifest that may be pushed, in bytes.', '允许推送的最大清单（manifest）字节数。'),
  ),
  headerBytes: v.pipe(
    v.optional(wholeFrom(8192, 1_048_576), 32_768),
    notes('Largest request header, all lines together, in bytes.', '请求头总大小上限（字节）。'),
  ),
  headerCount: v.pipe(v.optional(wholeFrom(20, 2000), 200), notes('Most headers of a request.', '单个请求的请求头数量上限。')),
  urlBytes: v.pipe(
    v.optional(wholeFrom(1024, 65_536), 8192),
    notes('Longest address of a request, path and query together, in bytes.', '请求地址（路径加查询串）的最大字节数。'),
  ),
  connections: v.pipe(
    v.optional(wholeFrom(1, 1_000_000), 10_000),
    notes('Open connections per worker; more are refused.', '每个工作进程的最大连接数，超出则拒绝。'),
  ),
  connectionsPerAddress: v.pipe(
    v.optional(wholeFrom(1, 1_000_000), 1000),
    notes(
      'Open connections per client address (an IPv6 /64 is one) and worker. Trusted proxies are not counted.',
      '每个客户端地址（IPv6 按 /64 计）在每个工作进程上的最大连接数；可信代理不计入。',
    ),
  ),
  requestsPerSecondPerAddress: v.pipe(
    v.optional(wholeFrom(0, 1_000_000), 0),
    notes(
      'Requests a second per client address (an IPv6 /64 is one) and worker, ten seconds of them at once; 0: no limit. Behind a trusted proxy the forwarded address counts.',
      '每个客户端地址（IPv6 按 /64 计）在每个工作进程上的每秒请求数，可一次用完十秒的额度；0 表示不限。位于可信代理之后时按转发的地址计。',
    ),
  ),
  requestsPerSecondPerSubject: v.pipe(
    v.optional(wholeFrom(0, 1_000_000), 0),
    notes(
      'Requests a second per user, robot or other account and worker, wherever they come from, ten seconds of them at once; 0: no limit. Counted once they have proved who they are.',
      '每个账号（用户、机器人账号等）在每个工作进程上的每秒请求数，不论来自何处，可一次用完十秒的额度；0 表示不限。在身份验证通过之后计数。',
    ),
  ),
  signInsPerSecondPerAddress: v.pipe(
    v.optional(wholeFrom(0, 1_000_000), 0),
    notes(
      'Requests a second for tokens and to sign in (`/auth/`) per client address and worker, ten seconds of them at once; 0: no limit beside that of all requests. Failed logins are slowed down in any case.',
      '每个客户端地址在每个工作进程上每秒获取令牌与登录（`/auth/`）的请求数，可一次用完十秒的额度；0 表示除总请求数外不另设限。登录失败在任何情况下都会被延缓。',
    ),
  ),
  headerTimeoutSeconds: v.pipe(
    v.optional(wholeFrom(1, 3600), 60),
    notes(
      'Time to send the headers of a request; its body is bounded by `limits.minBytesPerSecond`.',
      '接收请求头的时限（秒）；请求体由 `limits.minBytesPerSecond` 约束。',
    ),
  ),
  idleTimeoutSeconds: v.pipe(
    v.optional(wholeFrom(1, 3600), 75),
    notes(
      'Time after which a connection without traffic is closed. Longer than that of a load balancer in front, usually 60.',
      '连接空闲多少秒后关闭；应长于前置负载均衡器的空闲时限（通常为 60 秒）。',
    ),
  ),
  drainSeconds: v.pipe(
    v.optional(wholeFrom(0, 3600), 30),
    notes('Time that running requests have to finish when a process is to end.', '进程退出前，等待进行中的请求完成的时间（秒）。'),
  ),
  answerTimeoutSeconds: v.pipe(
    v.optional(wholeFrom(1, 86_400), 60),
    notes(
      'Time until the answer to a GET or HEAD begins, for a database or store that hangs.',
      'GET 或 HEAD 请求开始得到应答的时限（秒），用于数据库或存储卡死的情形。',
    ),
  ),
  stuckSeconds: v.pipe(
    v.optional(wholeFrom(2, 86_400), 60),
    notes(
      'With several workers: time after which a process that does not start, or does not answer, is killed and replaced. A write waits half of it. Longer than any pause of the disk.',
      '多个工作进程时：进程无法启动或不再应答超过此时限（秒）即被终止并替换；写入最多等待其一半。应长于磁盘的任何停顿。',
    ),
  ),
  requestTimeoutSeconds: v.pipe(
    v.optional(wholeFrom(1, 31_536_000), 86_400),
    notes(
      'Longest time of a request in all, transfers included. A terabyte takes 22 hours at 100 Mbit/s.',
      '单个请求的总时限（秒），含传输。100 Mbit/s 下传输 1 TB 需 22 小时。',
    ),
  ),
  minBytesPerSecond: v.pipe(
    v.optional(wholeFrom(0, 1_000_000_000), 1024),
    notes('Slowest transfer that is kept; 0 keeps every one.', '允许的最低传输速率（字节/秒）；0 表示不限。'),
  ),
  uploadBytes: v.pipe(
    v.optional(wholeFrom(1, Number.MAX_SAFE_INTEGER)),
    notes('Largest blob that may be pushed, in bytes.', '允许推送的最大 blob 字节数。', { otherwise: { en: 'no limit', zh: '不限' } }),
  ),
});
