import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { s3Entries } from './s3-settings.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const postgresUrl = v.pipe(
  v.string(),
  // Of several hosts the first; the others are read when they are connected to.
  v.check((text) => /^postgres(ql)?:$/.test(URL.parse(text.replace(/,[^/?#@]*(?=[/?#]|$)/, ''))?.protocol ?? '')),
);
const postgresAccepts = {
  en: 'a URL, postgres://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=verify-full&sslrootcert=FILE for TLS; of several HOST:PORT, separated by commas, the one that takes writes is used',
  zh: 'URL：postgres://用户:密码@主机:端口/数据库；TLS 用 ?sslmode=verify-full&sslrootcert=文件；可写多个以逗号分隔的“主机:端口”，使用其中可写的那一个',
};

const postgres = v.strictObject({
  kind: v.literal('postgres'),
  url: v.pipe(
    postgresUrl,
    notes('Address of the database, with its user.', '数据库地址，含用户名。', { secret: true, accepts: postgresAccepts }),
  ),
  password: v.pipe(
    v.optional(filledText),
    notes("The database user's password.", '数据库用户的密码。', {
      secret: true,
      otherwise: { en: 'the one in `metadata.url`', zh: '`metadata.url` 中的密码' },
    }),
  ),
  listenUrl: v.pipe(
    v.optional(postgresUrl),
    notes(
      'Address of the database itself where `metadata.url` leads through a pooler in transaction mode, to hear what other replicas change.',
      '当 `metadata.url` 经过事务模式的连接池时，数据库本身的地址，用于获知其他副本的更改。',
      { secret: true, accepts: postgresAccepts, otherwise: { en: '`metadata.url`', zh: '`metadata.url`' } },
    ),
  ),
  poolSize: v.pipe(
    v.optional(wholeFrom(1, 1000), 10),
    notes(
      'Connections of each worker at most, besides one for quick reads and one to listen. All workers of all replicas together must stay below `max_connections` of the server.',
      '每个工作进程的最大连接数，另有一个用于快速读取、一个用于监听。所有副本的所有工作进程之和须小于服务器的 `max_connections`。',
    ),
  ),
  timeoutSeconds: v.pipe(
    v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(3600)), 10),
    notes(
      'Longest time of a statement, of a pause inside a transaction, and of the wait for a connection.',
      '单条语句、事务内停顿以及等待连接的最长时间（秒）。',
    ),
  ),
  waitSeconds: v.pipe(
    v.optional(wholeFrom(0, 86_400), 60),
    notes(
      'How long a start waits for a database that cannot be reached yet; then it ends with an error.',
      '启动时数据库尚不可达的最长等待时间（秒）；超过后报错退出。',
    ),
  ),
  preparedStatements: v.pipe(
    v.optional(v.picklist(['auto', 'on', 'off']), 'auto'),
    notes(
      'Whether the server keeps statements prepared. auto: unless a pooler is in between; `on` needs one that knows them (pgbouncer 1.21).',
      '服务器是否保留预编译语句。auto：经过连接池时不保留；`on` 要求连接池支持（pgbouncer 1.21）。',
    ),
  ),
  cacheBytes: v.pipe(
    v.optional(wholeFrom(0, 4_294_967_296), 33_554_432),
    notes(
      'Memory of each worker for manifests, grants and accounts that were read, until the database tells of a change; 0: none.',
      '每个工作进程用于缓存已读清单、授权和账号的内存字节数，数据库通知更改后即失效；0 表示不缓存。',
    ),
  ),
});

/** Where everything but the bytes of blobs is kept. */
export const metadata = v.variant('kind', [v.strictObject({ kind: v.optional(v.literal('sqlite'), 'sqlite') }), postgres]);

const s3 = v.strictObject({ kind: v.literal('s3'), ...s3Entries });

const pairMessage = 'store.accessKeyId and store.secretAccessKey go together; give both or none';

/** Where the bytes of blobs are kept. */
export const store = v.variant('kind', [
  v.strictObject({ kind: v.optional(v.literal('filesystem'), 'filesystem') }),
  v.pipe(
    s3,
    v.forward(
      v.partialCheck(
        [['accessKeyId'], ['secretAccessKey']],
        ({ accessKeyId, secretAccessKey }) => accessKeyId !== undefined || secretAccessKey === undefined,
        pairMessage,
      ),
      ['accessKeyId'],
    ),
    v.forward(
      v.partialCheck(
        [['accessKeyId'], ['secretAccessKey']],
        ({ accessKeyId, secretAccessKey }) => accessKeyId === undefined || secretAccessKey !== undefined,
        pairMessage,
      ),
      ['secretAccessKey'],
    ),
  ),
]);
