import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Bucket, type BucketOptions, type ListedMultipart, type ListedObject } from './bucket.ts';
import type { S3StoreOptions } from './s3-store.ts';

/** An S3 service with the keys of a user. */
export interface S3Service {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** For tests: what a store says of a bucket besides where it is; every client reads through us. */
export const usualOptions = {
  region: 'us-east-1',
  forcePathStyle: true,
  patience: { attempts: 4, connectMs: 5000, silenceMs: 20_000 },
  links: { seconds: 1200 },
  linksFor: () => false,
} as const;

/** For tests: makes an empty bucket under a name of its own. */
export async function makeBucket({ endpoint, accessKey: accessKeyId, secretKey: secretAccessKey }: S3Service): Promise<S3StoreOptions> {
  const bucket = `longshore-${randomBytes(6).toString('hex')}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { ...usualOptions, endpoint, bucket, accessKeyId, secretAccessKey };
}

/** For tests: everything in a bucket, unfinished multipart uploads included. */
export async function listBucket(options: BucketOptions): Promise<{ objects: ListedObject[]; multiparts: ListedMultipart[] }> {
  const bucket = new Bucket(options);
  const objects: ListedObject[] = [];
  const multiparts: ListedMultipart[] = [];
  for (let more = true; more; ) {
    const page = await bucket.listObjects('', objects.at(-1)?.key, 1000);
    objects.push(...page.objects);
    more = page.more;
  }
  for (let more = true; more; ) {
    const page = await bucket.listMultiparts('', multiparts.at(-1), 1000);
    multiparts.push(...page.uploads);
    more = page.more;
  }
  bucket.close();
  return { objects, multiparts };
}
