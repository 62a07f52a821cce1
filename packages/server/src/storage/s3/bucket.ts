import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { asStorageError, isAbsence, isNoSuchUpload, statusOf } from './s3-errors.ts';

/** Where the bucket is and who may use it. */
export interface BucketOptions {
  /** Address of the service; absent: AWS, by the region's name. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Both or none; absent: where the AWS SDK looks, such as the instance's role. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** The bucket's name in the path, not in the host name. */
  readonly forcePathStyle: boolean;
  /** Prepended to every key as it is. */
  readonly prefix?: string | undefined;
}

/** A stored object as a listing names it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

/** An open multipart upload as a listing names it. */
export interface ListedMultipart {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAt: number;
}

/** An answer to a ranged read. */
export interface ObjectRange {
  readonly body: Readable;
  /** Size of the whole object. */
  readonly sizeBytes: number;
}

/** A multipart upload and its object. */
export interface MultipartKey {
  readonly uploadId: string;
  readonly key: string;
}

/** A part that the service has. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
}

const connectTimeoutMs = 5000;
/** Also how long the service may be silent before it answers. */
const idleTimeoutMs = 60_000;
const mostConnections = 256;
const attempts = 4;

/**
 * The requests that the store makes, on keys below its prefix. The client repeats what may pass (throttling, 5xx,
 * broken connections) with growing delays; what is left is a `StorageError`.
 */
export class Bucket {
  readonly #name: string;
  readonly #client: S3Client;
  readonly #prefix: string;

  constructor(options: BucketOptions) {
    const { endpoint, region, accessKeyId, secretAccessKey, forcePathStyle } = options;
    this.#name = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#client = new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
      // The default, a checksum trailer, is refused by services that are not AWS.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: attempts,
      requestHandler: {
        connectionTimeout: connectTimeoutMs,
        socketTimeout: idleTimeoutMs,
        httpAgent: { keepAlive: true, maxSockets: mostConnections },
        httpsAgent: { keepAlive: true, maxSockets: mostConnections },
      },
    });
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ ...this.#at(key), Body: body, ContentLength: body.length });
    await attempt('Cannot store an object', () => this.#client.send(command));
  }

  /** The bytes from `start` to `end` (inclusive, or as far as the object goes); undefined when there is no such object. */
  async get(key: string, start: number, end: number, signal?: AbortSignal): Promise<ObjectRange | 'empty' | undefined> {
    try {
      const command = new GetObjectCommand({ ...this.#at(key), Range: `bytes=${start}-${end}` });
      const answer = await this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
      const body = answer.Body as Readable;
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
      if (Number(from) === start) return { body, sizeBytes: Number(total) };
      body.destroy();
      throw new StorageError('failed', `Bytes from ${start} were asked for, the service answered with others: it must support ranges.`);
    } catch (error) {
      signal?.throwIfAborted();
      if (isAbsence(error)) return undefined;
      // An empty object has no byte to begin at.
      if (statusOf(error) === 416) return 'empty';
      throw asStorageError('Cannot read an object', error);
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#at(key)));
    } catch (error) {
      if (!isAbsence(error)) throw asStorageError('Cannot delete an object', error);
    }
  }

  async createMultipart(key: string): Promise<MultipartKey> {
    const { UploadId } = await attempt('Cannot begin an upload', () => this.#client.send(new CreateMultipartUploadCommand(this.#at(key))));
    return { key, uploadId: UploadId ?? '' };
  }

  /** Sends one part; returns its ETag. */
  async uploadPart(upload: MultipartKey, number: number, body: Uint8Array): Promise<string> {
    const input = { ...this.#of(upload), PartNumber: number, Body: body, ContentLength: body.length };
    const { ETag } = await attempt('Cannot write a part', () => this.#client.send(new UploadPartCommand(input)));
    return ETag ?? '';
  }

  /** Copies the bytes from `start` to `end` (inclusive) of another object as a part; returns its ETag. */
  async copyPart(upload: MultipartKey, number: number, source: string, start: number, end: number): Promise<string> {
    const range = { CopySource: this.#copySource(source), CopySourceRange: `bytes=${start}-${end}` };
    const command = new UploadPartCopyCommand({ ...this.#of(upload), ...range, PartNumber: number });
    const { CopyPartResult } = await attempt('Cannot copy a part', () => this.#client.send(command));
    return CopyPartResult?.ETag ?? '';
  }

  /** Makes one object of the parts. Fails when a part is not the one with that ETag any more. */
  async completeMultipart(upload: MultipartKey, parts: readonly UploadedPart[]): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    const command = new CompleteMultipartUploadCommand({ ...this.#of(upload), MultipartUpload: { Parts } });
    await attempt('Cannot complete an upload', () => this.#client.send(command));
  }

  async abortMultipart(upload: MultipartKey): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand(this.#of(upload)));
    } catch (error) {
      if (!isNoSuchUpload(error)) throw asStorageError('Cannot abort an upload', error);
    }
  }

  /** All parts that the service has, by number; undefined when there is no such multipart upload. */
  async listParts(upload: MultipartKey): Promise<UploadedPart[] | undefined> {
    const parts: UploadedPart[] = [];
    let marker: string | undefined;
    try {
      do {
        const after = marker === undefined ? {} : { PartNumberMarker: marker };
        const answer = await this.#client.send(new ListPartsCommand({ ...this.#of(upload), ...after }));
        parts.push(...(answer.Parts ?? []).map(({ PartNumber = 0, ETag = '' }) => ({ number: PartNumber, etag: ETag })));
        marker = answer.IsTruncated === true ? answer.NextPartNumberMarker : undefined;
      } while (marker !== undefined);
      return parts;
    } catch (error) {
      if (isNoSuchUpload(error)) return undefined;
      throw asStorageError('Cannot list the parts of an upload', error);
    }
  }

  /** Objects below `prefix` by key, from after `startAfter`. */
  async listObjects(prefix: string, startAfter: string | undefined, limit: number): Promise<{ objects: ListedObject[]; more: boolean }> {
    const after = startAfter === undefined ? {} : { StartAfter: this.#prefix + startAfter };
    const command = new ListObjectsV2Command({ Bucket: this.#name, Prefix: this.#prefix + prefix, MaxKeys: limit, ...after });
    const { Contents = [], IsTruncated = false } = await attempt('Cannot list the objects', () => this.#client.send(command));
    const objects = Contents.map(({ Key = '', Size = 0, LastModified }) => {
      return { key: this.#withoutPrefix(Key), sizeBytes: Size, modifiedAt: LastModified?.getTime() ?? 0 };
    });
    return { objects, more: IsTruncated };
  }

  /** Open multipart uploads of keys below `prefix`, from after `startAfter`. */
  async listMultiparts(
    prefix: string,
    startAfter: MultipartKey | undefined,
    limit: number,
  ): Promise<{ uploads: ListedMultipart[]; more: boolean }> {
    const after = startAfter === undefined ? {} : { KeyMarker: this.#prefix + startAfter.key, UploadIdMarker: startAfter.uploadId };
    const command = new ListMultipartUploadsCommand({ Bucket: this.#name, Prefix: this.#prefix + prefix, MaxUploads: limit, ...after });
    const { Uploads = [], IsTruncated = false } = await attempt('Cannot list the uploads', () => this.#client.send(command));
    const uploads = Uploads.map(({ Key = '', UploadId = '', Initiated }) => {
      return { key: this.#withoutPrefix(Key), uploadId: UploadId, startedAt: Initiated?.getTime() ?? 0 };
    });
    return { uploads, more: IsTruncated };
  }

  close(): void {
    this.#client.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#name, Key: this.#prefix + key };
  }

  #of(upload: MultipartKey): { Bucket: string; Key: string; UploadId: string } {
    return { ...this.#at(upload.key), UploadId: upload.uploadId };
  }

  #copySource(key: string): string {
    return `${this.#name}/${encodeURIComponent(this.#prefix + key)}`;
  }

  #withoutPrefix(key: string): string {
    return key.slice(this.#prefix.length);
  }
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageError(action, error);
  }
}
