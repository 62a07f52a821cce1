import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { isNetworkRange } from './network-range.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

/** `443` or `8000-8999`. */
export function readPortRange(text: string): readonly [number, number] | undefined {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = [Number(first), Number(last)] as const;
  return first !== '' && range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535 ? range : undefined;
}

const isHostName = (text: string) => /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text);

/** What the registry may reach when it sends something to an address that a user chose. */
export const outgoing = v.strictObject({
  allow: v.pipe(
    v.optional(
      v.array(
        v.pipe(
          v.string(),
          v.check((text) => isNetworkRange(text) || isHostName(text)),
        ),
      ),
      [],
    ),
    notes(
      'Networks and hosts that may be reached besides the open internet, by webhooks and where identity providers send us. Loopback, private, link-local and metadata addresses are refused otherwise.',
      '除公网之外允许访问的网段和主机（供 webhook 使用，以及身份提供方所指向的主机）。否则拒绝回环、私有、链路本地以及云元数据地址。',
      {
        accepts: {
          en: 'addresses, CIDR ranges and exact host names, separated by commas in variables and flags',
          zh: '地址、CIDR 网段或完整主机名；在变量和参数中用逗号分隔',
        },
      },
    ),
  ),
  ports: v.pipe(
    v.optional(
      v.array(
        v.pipe(
          v.string(),
          v.check((text) => readPortRange(text) !== undefined),
        ),
      ),
      ['80', '443', '8080', '8443'],
    ),
    notes('Ports that may be reached there.', '允许访问的端口。', {
      accepts: {
        en: 'ports and ranges such as 8000-8999, separated by commas in variables and flags',
        zh: '端口或范围，例如 8000-8999；在变量和参数中用逗号分隔',
      },
    }),
  ),
  caFile: v.pipe(
    v.optional(filledText),
    notes(
      'Certificates (PEM) of authorities that are trusted there besides the usual ones.',
      '除常用颁发机构外额外信任的 CA 证书文件（PEM）。',
      {
        accepts: { en: 'a path; a relative one starts at the working directory', zh: '路径；相对路径以工作目录为起点' },
        otherwise: { en: 'none', zh: '无' },
      },
    ),
  ),
});

/** How events are delivered to receivers. */
export const webhooks = v.strictObject({
  timeoutSeconds: v.pipe(
    v.optional(wholeFrom(1, 60), 10),
    notes('A receiver that has not answered by then has failed.', '接收方超过此时间（秒）未应答即视为失败。'),
  ),
  concurrency: v.pipe(
    v.optional(wholeFrom(1, 1000), 32),
    notes('Webhooks that each worker sends to at once.', '每个工作进程同时投递的 webhook 数。'),
  ),
  logDays: v.pipe(
    v.optional(wholeFrom(2, 3650), 14),
    notes('How long deliveries and their attempts can be looked at and repeated.', '投递及其尝试记录的保留天数，期间可查看与重放。'),
  ),
  disableAfterDays: v.pipe(
    v.optional(wholeFrom(1, 365), 5),
    notes('A webhook to which nothing could be delivered for so long is disabled.', '持续这么多天全部投递失败的 webhook 会被停用。'),
  ),
});
