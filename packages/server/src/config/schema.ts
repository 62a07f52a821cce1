import { join } from 'node:path';
import * as v from 'valibot';
import { audit } from './audit-settings.ts';
import { isCronExpression } from './cron-expression.ts';
import { federation } from './federation-settings.ts';
import { filledText } from './filled-text.ts';
import { kubernetes } from './kubernetes-settings.ts';
import { limits } from './limit-settings.ts';
import { listen } from './listen-setting.ts';
import { mirrorRepositories } from './mirror-settings.ts';
import { isNetworkRange } from './network-range.ts';
import { outgoing, webhooks } from './outgoing-settings.ts';
import { pathAccepts } from './path-accepts.ts';
import { projects } from './project-settings.ts';
import { quota } from './quota-settings.ts';
import { notes } from './setting-text.ts';
import { signIn } from './sign-in-settings.ts';
import { metadata, store } from './storage-settings.ts';
import { tls } from './tls-settings.ts';
import { wholeFrom } from './whole-number.ts';

const hours = (least: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(87_600));

const publicUrl = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): string => {
    const url = URL.parse(dataset.value);
    const plain = url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search + url.hash + url.username === '';
    if (plain) return url.origin;
    addIssue();
    return NEVER;
  }),
);

const receiverUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username + url.search + url.hash === '';
  }),
);

const garbageCollection = v.strictObject({
  schedule: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.check((text) => text === 'off' || isCronExpression(text)),
      ),
      '17 3 * * *',
    ),
    notes(
      'When garbage is collected, in local time; `off` for only by `longshore gc`.',
      '垃圾回收的时间（本地时间）；`off` 表示仅手动运行 `longshore gc`。',
      {
        accepts: { en: 'a cron expression of five fields, or off', zh: '五段 cron 表达式，或 off' },
      },
    ),
  ),
  graceHours: v.pipe(
    v.optional(hours(0), 24),
    notes(
      'How long content that nothing refers to is kept. Longer than the longest push; fractions are allowed.',
      '无引用内容的保留时长（小时），应长于最慢的一次推送；可用小数。',
    ),
  ),
  untagged: v.pipe(
    v.optional(v.picklist(['keep', 'delete']), 'keep'),
    notes('What happens to manifests without a tag that nothing else needs.', '如何处理没有标签且无人引用的清单。'),
  ),
  untaggedAfterHours: v.pipe(
    v.optional(hours(0), 168),
    notes('With `gc.untagged: delete`: how long such manifests are kept.', '当 `gc.untagged: delete` 时，此类清单的保留时长（小时）。'),
  ),
});

const tokens = v.strictObject({
  lifetimeSeconds: v.pipe(
    v.optional(wholeFrom(60, 86_400), 300),
    notes('How long a registry token is good.', '镜像仓库令牌的有效期（秒）。'),
  ),
  issuer: v.pipe(
    v.optional(filledText),
    notes('Issuer named in tokens.', '令牌中的签发方。', { otherwise: { en: 'longshore', zh: 'longshore' } }),
  ),
  service: v.pipe(
    v.optional(filledText),
    notes('Service that tokens are for.', '令牌面向的服务名。', {
      otherwise: { en: 'the host of `publicUrl`, else longshore', zh: '`publicUrl` 的主机名，否则为 longshore' },
    }),
  ),
});

/** The one description of everything that can be configured: defaults, checks, and both languages of the reference. */
export const settingsSchema = v.strictObject({
  listen: v.pipe(
    v.optional(listen, '127.0.0.1:5000'),
    notes('Where to listen.', '监听地址。', {
      accepts: { en: 'ADDRESS:PORT, or :PORT for every interface', zh: '地址:端口；`:端口` 表示所有网卡' },
    }),
  ),
  data: v.pipe(
    v.optional(filledText, './longshore-data'),
    notes('Directory for the database, the blobs and the keys.', '数据库、blob 和密钥所在目录。', { accepts: pathAccepts }),
  ),
  workers: v.pipe(
    v.optional(v.union([wholeFrom(1, 256), v.literal('auto')]), 1),
    notes('Processes that share the port; `auto` is one per core.', '共享端口的工作进程数；`auto` 表示每核一个。'),
  ),
  anonymous: v.pipe(
    v.optional(v.picklist(['none', 'pull', 'push']), 'none'),
    notes('What everybody may do without logging in.', '未登录的用户可以做什么。'),
  ),
  projects: v.optional(projects, {}),
  durability: v.pipe(
    v.optional(v.picklist(['full', 'relaxed']), 'full'),
    notes(
      'full: what was answered survives a power loss. relaxed: faster, and the last seconds may be lost.',
      'full：已确认的写入在断电后仍保留。relaxed：更快，但断电可能丢失最后几秒。',
    ),
  ),
  adminPasswordFile: v.pipe(
    v.optional(filledText),
    notes("File with the administrator's first password; read when the account is created.", '管理员初始密码文件，仅在创建账号时读取。', {
      accepts: pathAccepts,
      otherwise: { en: 'a random password, printed once', zh: '随机密码，只显示一次' },
    }),
  ),
  publicUrl: v.pipe(
    v.optional(publicUrl),
    notes(
      'Address that clients use, for token realm and Location headers behind a proxy.',
      '客户端使用的地址；位于代理之后时用于令牌 realm 和 Location 头。',
      {
        accepts: { en: 'an http or https URL without path', zh: '不带路径的 http 或 https URL' },
        otherwise: { en: "the request's Host header", zh: '请求的 Host 头' },
      },
    ),
  ),
  trustedProxies: v.pipe(
    v.optional(v.array(v.pipe(v.string(), v.check(isNetworkRange))), []),
    notes('Proxies whose X-Forwarded-* headers are believed.', '信任其 X-Forwarded-* 头的代理。', {
      accepts: {
        en: 'addresses or CIDR ranges, separated by commas in variables and flags',
        zh: '地址或 CIDR 列表；在变量和参数中用逗号分隔',
      },
    }),
  ),
  deletion: v.optional(
    v.strictObject({
      enabled: v.pipe(
        v.optional(v.boolean(), true),
        notes('Whether tags, manifests and blobs can be deleted by clients.', '是否允许客户端删除标签、清单和 blob。'),
      ),
    }),
    {},
  ),
  tls: v.optional(tls, {}),
  limits: v.optional(limits, {}),
  uploads: v.optional(
    v.strictObject({
      expireHours: v.pipe(
        v.optional(hours(0.01), 168),
        notes('An unfinished upload without traffic is removed after this.', '未完成且无活动的上传多少小时后清除。'),
      ),
    }),
    {},
  ),
  cache: v.optional(
    v.strictObject({
      memoryBytes: v.pipe(
        v.optional(wholeFrom(0, 4_294_967_296), 16_777_216),
        notes(
          'Memory of each worker for blobs of up to 256 KiB that are pulled again and again, in bytes; 0: none.',
          '每个工作进程用于缓存反复拉取的小 blob（不超过 256 KiB）的内存字节数；0 表示不缓存。',
        ),
      ),
      diskBytes: v.pipe(
        v.optional(wholeFrom(0, 1_125_899_906_842_624), 0),
        notes(
          'With a store on S3: most bytes of pulled blobs that are kept on a disk of this machine, by all workers together; 0: none.',
          '使用 S3 存储时：所有工作进程在本机磁盘上保留的已拉取 blob 的最大总字节数；0 表示不缓存。',
        ),
      ),
      layerBytes: v.pipe(
        v.optional(wholeFrom(0, 1_125_899_906_842_624), 1_073_741_824),
        notes(
          'Most bytes of lists of the files in layers, which are made when somebody looks into an image and kept on a disk of this machine.',
          '在本机磁盘上保留的层内文件清单的最大总字节数；有人查看镜像内容时生成清单。',
        ),
      ),
      directory: v.pipe(
        v.optional(filledText),
        notes(
          'Directory for `cache.diskBytes` and `cache.layerBytes`, on a local disk. It may be emptied at any time.',
          '`cache.diskBytes` 和 `cache.layerBytes` 使用的目录，应位于本地磁盘；可随时清空。',
          { accepts: pathAccepts, otherwise: { en: 'cache in the data directory', zh: '数据目录中的 cache' } },
        ),
      ),
    }),
    {},
  ),
  gc: v.optional(garbageCollection, {}),
  promotion: v.optional(
    v.strictObject({
      undoDays: v.pipe(
        v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(365)), 7),
        notes(
          'How long what a promotion took a tag from is kept, so that the promotion can be undone.',
          '晋级替换掉的内容保留多久（天），以便撤销晋级。',
        ),
      ),
    }),
    {},
  ),
  federation: v.optional(federation, {}),
  kubernetes: v.optional(kubernetes, {}),
  audit: v.optional(audit, {}),
  signIn: v.optional(signIn, {}),
  tokens: v.optional(tokens, {}),
  metadata: v.pipe(
    v.optional(metadata, {}),
    notes(
      'Where names, tags and accounts are kept; SQLite lies in the data directory.',
      '名称、标签与账号存放之处；SQLite 位于数据目录中。',
    ),
  ),
  store: v.pipe(
    v.optional(store, {}),
    notes('Where blobs are kept; the file system store lies in the data directory.', 'blob 存放之处；filesystem 位于数据目录中。'),
  ),
  mirrorRepositories: v.pipe(
    v.optional(mirrorRepositories, []),
    notes(
      'More stores, side by side: each project lives on one. See docs/guides/stores.md.',
      '并存的其他存储：每个项目位于其中之一。见 docs/guides/stores.zh-CN.md。',
    ),
  ),
  secrets: v.optional(
    v.strictObject({
      keyFile: v.pipe(
        v.optional(filledText),
        notes(
          'Key that encrypts stored secrets; created when missing. Back it up apart from the data.',
          '用于加密已存密钥与凭据的密钥，不存在时自动创建；请与数据分开备份。',
          {
            accepts: pathAccepts,
            otherwise: { en: 'secret.key in the data directory', zh: '数据目录中的 secret.key' },
          },
        ),
      ),
    }),
    {},
  ),
  quota: v.optional(quota, {}),
  outgoing: v.optional(outgoing, {}),
  webhooks: v.optional(webhooks, {}),
  log: v.optional(
    v.strictObject({
      level: v.pipe(
        v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info'),
        notes('Least severe message that is written.', '输出日志的最低级别。'),
      ),
      format: v.pipe(
        v.optional(v.picklist(['auto', 'json', 'text']), 'auto'),
        notes('auto: text on a terminal, else one JSON object a line.', 'auto：终端上为文本，否则每行一个 JSON 对象。'),
      ),
      requests: v.pipe(
        v.optional(v.picklist(['sampled', 'all', 'errors', 'off']), 'sampled'),
        notes(
          'Which requests get a line at level info (5xx: warn). sampled: all, but of successful quick reads 500 a second and process; ' +
            'the others are counted in one line. errors: those answered with 4xx or 5xx or not at all.',
          '哪些请求写入日志（级别 info，5xx 为 warn）。sampled：全部，但每个进程每秒最多记录 500 个快速成功的读取，其余只计数并汇总为一行；' +
            'errors：仅应答为 4xx、5xx 或未应答的请求。',
        ),
      ),
    }),
    {},
  ),
  tracing: v.optional(
    v.strictObject({
      endpoint: v.pipe(
        v.optional(receiverUrl),
        notes(
          'Receiver of traces by OTLP over HTTP; `/v1/traces` is appended.',
          '以 OTLP/HTTP 接收追踪数据的地址；自动追加 `/v1/traces`。',
          {
            accepts: {
              en: 'an http or https URL without user and query, such as http://127.0.0.1:4318',
              zh: '不含用户名与查询串的 http 或 https URL，例如 http://127.0.0.1:4318',
            },
            otherwise: { en: 'no traces', zh: '不产生追踪数据' },
          },
        ),
      ),
      sampleRatio: v.pipe(
        v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
        notes(
          'Share of requests that are traced. A `traceparent` header may decide against it, from a trusted proxy also for it.',
          '被追踪的请求比例。`traceparent` 头可以决定不追踪；只有来自可信代理的才能决定追踪。',
        ),
      ),
    }),
    {},
  ),
  failpoint: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[a-z.-]+(:[1-9]\d*)?$/))),
    notes('Place where the process kills itself.', '进程自我终止的位置。', { hidden: true }),
  ),
});

/** The schema with the defaults that depend on other settings filledText in. */
export const configSchema = v.pipe(
  settingsSchema,
  v.transform((settings) => ({
    ...settings,
    secrets: { keyFile: settings.secrets.keyFile ?? join(settings.data, 'secret.key') },
    cache: { ...settings.cache, directory: settings.cache.directory ?? join(settings.data, 'cache') },
  })),
);

/** The complete, checked configuration. */
export type Config = v.InferOutput<typeof configSchema>;
