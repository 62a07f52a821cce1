import type { CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';

/** How the service keeps what is stored. */
export interface KeepingOptions {
  /** How the service encrypts it; absent: as the bucket says. */
  readonly encryption?: 'AES256' | 'aws:kms' | undefined;
  /** The key for `aws:kms`; absent: the service's own. */
  readonly encryptionKeyId?: string | undefined;
  /** Of blobs; absent: the bucket's own. */
  readonly storageClass?: string | undefined;
}

type Headers = Readonly<Record<string, string>>;

/** The options as requests say them. */
export interface Keeping {
  /** For a blob in one request. */
  readonly blob: Headers;
  /** For a small object of our own, that is soon deleted: classes for rare reads charge such a one for a month. */
  readonly passing: Headers;
  /** For a blob in parts, which are kept as the upload is. */
  readonly multipart: Pick<CreateMultipartUploadCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId' | 'StorageClass'>;
}

/** See `Keeping`. */
export function keepingOf({ encryption, encryptionKeyId, storageClass }: KeepingOptions): Keeping {
  const passing = present({
    'x-amz-server-side-encryption': encryption,
    'x-amz-server-side-encryption-aws-kms-key-id': encryptionKeyId,
  });
  return {
    passing,
    blob: { ...passing, ...present({ 'x-amz-storage-class': storageClass }) },
    multipart: {
      ServerSideEncryption: encryption,
      SSEKMSKeyId: encryptionKeyId,
      StorageClass: storageClass as CreateMultipartUploadCommandInput['StorageClass'],
    },
  };
}

function present(headers: Readonly<Record<string, string | undefined>>): Headers {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
