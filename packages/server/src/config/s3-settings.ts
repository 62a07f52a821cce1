import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { notes } from './setting-text.ts';

const endpointUrl = v.pipe(
  v.string(),
  v.check((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? '')),
);

/** The settings of one bucket, wherever it is declared. */
export const s3Entries = {
  endpoint: v.pipe(
    v.optional(endpointUrl),
    notes('Address of the S3 service.', 'S3 服务的地址。', {
      accepts: { en: 'an http or https URL', zh: 'http 或 https URL' },
      otherwise: { en: "AWS, by the region's name", zh: '按区域使用 AWS' },
    }),
  ),
  bucket: v.pipe(filledText, notes('Bucket that holds the blobs. It must exist.', '存放 blob 的存储桶，必须已存在。')),
  region: v.pipe(v.optional(filledText, 'us-east-1'), notes('Region of the bucket.', '存储桶所在区域。')),
  accessKeyId: v.pipe(
    v.optional(filledText),
    notes('Access key.', '访问密钥 ID。', {
      otherwise: { en: "the AWS SDK's usual sources: instance role, environment", zh: 'AWS SDK 的默认来源：实例角色、环境变量' },
    }),
  ),
  secretAccessKey: v.pipe(v.optional(filledText), notes('Secret of the access key.', '访问密钥的密文部分。', { secret: true })),
  forcePathStyle: v.pipe(
    v.optional(v.boolean(), true),
    notes('Bucket in the path rather than in the host name.', '存储桶名放在路径中而不是主机名中。'),
  ),
  prefix: v.pipe(v.optional(v.string(), ''), notes('Prepended to every object key.', '所有对象键的前缀。')),
};
