import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { isNetworkRange } from './network-range.ts';
import { notes, type SettingText } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

const isHttp = (url: URL | null): url is URL => /^https?:$/.test(url?.protocol ?? '');

/** Keys have settings of their own: an address is logged. */
export const endpointUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    return isHttp(url) && url.username + url.password + url.search + url.hash === '';
  }),
);
/**
 * Clients that follow a link resolve dot segments, which ends its signature; services that keep objects in files resolve them too, out of
 * the prefix, and list nothing below an empty segment.
 */
export const keyPrefix = v.pipe(
  v.string(),
  v.check((text) => !text.split('/').some((segment, index, all) => /^\.\.?$/.test(segment) || (segment === '' && index < all.length - 1))),
);
const originUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text);
    return isHttp(url) && url.pathname === '/' && url.search + url.hash + url.username === '';
  }),
);
const ranges = v.optional(v.array(v.pipe(v.string(), v.check(isNetworkRange))), []);
const rangesAccepts: SettingText = {
  en: 'addresses or CIDR ranges, separated by commas in variables and flags',
  zh: '地址或 CIDR 列表；在变量和参数中用逗号分隔',
};

const access = {
  accessKeyId: v.pipe(
    v.optional(filledText),
    notes('Access key.', '访问密钥 ID。', {
      otherwise: {
        en: 'where the AWS SDK looks: AWS_ACCESS_KEY_ID, shared files with AWS_PROFILE, web identity, the role of the machine',
        zh: 'AWS SDK 的默认来源：AWS_ACCESS_KEY_ID、带 AWS_PROFILE 的共享文件、Web 身份、机器角色',
      },
      fromFile: true,
    }),
  ),
  secretAccessKey: v.pipe(
    v.optional(filledText),
    notes('Secret of the access key.', '访问密钥的私有部分（secret access key）。', {
      secret: true,
      otherwise: { en: 'none; needed with `accessKeyId`', zh: '无；给出 `accessKeyId` 时必须给出' },
    }),
  ),
  sessionToken: v.pipe(
    v.optional(filledText),
    notes('Session token of an access key that is good for a while only.', '临时访问密钥的会话令牌。', {
      secret: true,
      otherwise: { en: 'none', zh: '无' },
    }),
  ),
};

const keeping = {
  encryption: v.pipe(
    v.optional(v.picklist(['AES256', 'aws:kms'])),
    notes('How the service encrypts what it stores.', '服务端加密方式。', {
      otherwise: { en: 'as the bucket says', zh: '按存储桶的设置' },
    }),
  ),
  encryptionKeyId: v.pipe(
    v.optional(filledText),
    notes('With `store.encryption: aws:kms`: the key.', '当 `store.encryption: aws:kms` 时使用的密钥。', {
      otherwise: { en: "the service's own key", zh: '服务自带的密钥' },
    }),
  ),
  storageClass: v.pipe(
    v.optional(filledText),
    notes('Storage class of blobs.', 'blob 的存储类别。', { otherwise: { en: 'as the bucket says', zh: '按存储桶的设置' } }),
  ),
};

const patience = {
  connectSeconds: v.pipe(
    v.optional(wholeFrom(1, 300), 5),
    notes('How long the service may take to accept a connection.', '等待服务接受连接的时间（秒）。'),
  ),
  silenceSeconds: v.pipe(
    v.optional(wholeFrom(1, 3600), 20),
    notes(
      'How long the service may be silent in the middle of a request. No request is repeated later than this after it began.',
      '请求进行中服务可以沉默的时间（秒）；请求开始超过该时间后不再重试。',
    ),
  ),
  attempts: v.pipe(
    v.optional(wholeFrom(1, 20), 4),
    notes(
      'How often a request is made in all when the service is busy, fails or cannot be reached; the pauses grow.',
      '服务繁忙、出错或无法连接时一个请求总共尝试的次数；间隔逐次加长。',
    ),
  ),
};

const redirects = {
  redirect: v.pipe(
    v.optional(v.picklist(['off', 'on']), 'off'),
    notes(
      'Whether clients read blobs from the S3 service itself: they are sent to a signed address.',
      '客户端是否直接从 S3 服务读取 blob：重定向到签名地址。',
    ),
  ),
  redirectClients: v.pipe(
    ranges,
    notes('With `store.redirect: on`: only clients at these addresses.', '当 `store.redirect: on` 时仅对这些地址的客户端生效。', {
      accepts: rangesAccepts,
      otherwise: { en: 'all', zh: '全部' },
    }),
  ),
  redirectExcept: v.pipe(
    ranges,
    notes('With `store.redirect: on`: not these clients.', '当 `store.redirect: on` 时不包括这些客户端。', {
      accepts: rangesAccepts,
      otherwise: { en: 'none', zh: '无' },
    }),
  ),
  redirectEndpoint: v.pipe(
    v.optional(originUrl),
    notes('Address at which clients reach the S3 service.', '客户端访问 S3 服务的地址。', {
      accepts: { en: 'an http or https URL without path', zh: '不带路径的 http 或 https URL' },
      otherwise: { en: 'that of `store.endpoint`', zh: '与 `store.endpoint` 相同' },
    }),
  ),
  redirectSeconds: v.pipe(
    v.optional(wholeFrom(10, 604_800), 1200),
    notes('How long a client may begin to read at a signed address.', '签名地址的有效期（秒），客户端须在此期间开始读取。'),
  ),
};

/** The settings of one bucket, wherever it is declared. */
export const s3Entries = {
  endpoint: v.pipe(
    v.optional(endpointUrl),
    notes('Address of the S3 service.', 'S3 服务的地址。', {
      accepts: { en: 'an http or https URL without user, query and fragment', zh: '不带用户、查询和片段的 http 或 https URL' },
      otherwise: { en: "AWS, by the region's name", zh: '按区域使用 AWS' },
    }),
  ),
  bucket: v.pipe(filledText, notes('Bucket that holds the blobs. It must exist.', '存放 blob 的存储桶，必须已存在。')),
  region: v.pipe(v.optional(filledText, 'us-east-1'), notes('Region of the bucket.', '存储桶所在区域。')),
  ...access,
  caFile: v.pipe(
    v.optional(filledText),
    notes(
      'Authorities in PEM that may vouch for the service, besides the well-known ones.',
      '除公认机构外，可为服务签发证书的机构（PEM）。',
      {
        accepts: { en: 'a path; a relative one starts at the working directory', zh: '路径；相对路径以工作目录为起点' },
        otherwise: { en: 'only the well-known ones', zh: '仅公认机构' },
      },
    ),
  ),
  forcePathStyle: v.pipe(
    v.optional(v.boolean(), true),
    notes('Bucket in the path rather than in the host name.', '存储桶名放在路径中而不是主机名中。'),
  ),
  prefix: v.pipe(
    v.optional(keyPrefix, ''),
    notes('Prepended to every object key.', '所有对象键的前缀。', {
      accepts: {
        en: 'a text without a slash at its beginning, `//`, `.` and `..`',
        zh: '不以斜杠开头，且不含 `//`、`.` 和 `..` 路径段的文本',
      },
    }),
  ),
  ...keeping,
  ...patience,
  ...redirects,
};

const entries = v.strictObject(s3Entries);

/** The settings of one bucket, read. */
export type S3Settings = v.InferOutput<typeof entries>;
