import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Where a bucket is, and its user's keys. */
export interface BareBucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const partsInFlight = 2;

/** For measurements: a bucket through the AWS SDK alone, as a program uses it that knows nothing of registries. */
export class BareSdk {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor({ endpoint, bucket, accessKeyId, secretAccessKey }: BareBucket) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      // Otherwise it would compute one more checksum of all bytes than we do.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /** Stores an object, two parts at a time. */
  async upload(key: string, parts: readonly Uint8Array[]): Promise<void> {
    const object = { Bucket: this.#bucket, Key: key };
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand(object));
    const etags: string[] = [];
    const queue = parts.entries();
    const work = async (): Promise<void> => {
      for (const [n, Body] of queue) {
        const { ETag } = await this.#client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: n + 1, Body }));
        etags[n] = ETag ?? '';
      }
    };
    await Promise.all(Array.from({ length: partsInFlight }, work));
    const Parts = etags.map((ETag, n) => ({ ETag, PartNumber: n + 1 }));
    await this.#client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
  }

  /** Reads an object to its end, or until `onBytes`, which is told of the bytes as they come, does not want more. */
  async read(key: string, onBytes: (count: number) => boolean): Promise<void> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    // In Node it is a stream of Node.
    for await (const piece of Body as AsyncIterable<Uint8Array>) if (!onBytes(piece.length)) break;
  }

  /** Deletes all objects of that many bytes. */
  async removeOfSize(bytes: number): Promise<void> {
    let StartAfter: string | undefined;
    do {
      const { Contents = [], IsTruncated } = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, StartAfter }));
      for (const { Key, Size } of Contents) {
        if (Size === bytes) await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key }));
      }
      StartAfter = IsTruncated ? Contents.at(-1)?.Key : undefined;
    } while (StartAfter !== undefined);
  }

  close(): void {
    this.#client.destroy();
  }
}
