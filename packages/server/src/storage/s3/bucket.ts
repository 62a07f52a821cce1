import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { StorageError } from '../../registry/ports/blob-store.ts';
import { awsEndpoint, bucketAddress } from './bucket-address.ts';
import { type Keeping, type KeepingOptions, keepingOf } from './keeping.ts';
import { ObjectLinks } from './object-links.ts';
import { type Patience, SdkRetryStrategy } from './retry-policy.ts';
import { asStorageError, isAbsence, isNoSuchUpload, statusOf } from './s3-errors.ts';
import { S3Requests } from './s3-requests.ts';
import { ServiceClock } from './service-clock.ts';
import { encodePath, Signer } from './signature.ts';

/** Where the bucket is, who may use it, and how. */
export interface BucketOptions extends KeepingOptions {
  /** Address of the service; absent: AWS, by the region's name. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Both or none; absent: where the AWS SDK looks: environment, shared files, web identity, the machine's role. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** Of keys that are good for a while only. */
  readonly sessionToken?: string | undefined;
  /** The bucket's name in the path, not in the host name. */
  readonly forcePathStyle: boolean;
  /** Prepended to every key as it is. */
  readonly prefix?: string | undefined;
  /** Certificates in PEM that are trusted besides the well-known authorities. */
  readonly ca?: string | undefined;
  readonly patience: Patience;
  readonly links: LinkOptions;
}

/** How clients read objects themselves. */
export interface LinkOptions {
  /** Where they reach the service; absent: where we do. */
  readonly endpoint?: string | undefined;
  /** How long a link is good. */
  readonly seconds: number;
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
  readonly body: IncomingMessage;
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

const mostConnections = 256;
/** Completing an upload and copying a part may take the service that many times longer than anything else. */
const longWorkFactor = 3;

/**
 * The requests that the store makes, on keys below its prefix. What may pass (throttling, 5xx, broken connections) is
 * repeated with growing delays; what is left is a `StorageError`.
 */
export class Bucket {
  /** How long the service may be silent in the middle of an answer. */
  readonly silenceMs: number;
  readonly #name: string;
  readonly #prefix: string;
  /** For everything but the requests of pushes and pulls. */
  readonly #client: S3Client;
  readonly #requests: S3Requests;
  readonly #agent: HttpAgent;
  readonly #links: ObjectLinks;
  readonly #keeping: Keeping;

  constructor(options: BucketOptions) {
    const { region, patience } = options;
    this.silenceMs = patience.silenceMs;
    this.#name = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#keeping = keepingOf(options);
    const endpoint = options.endpoint ?? awsEndpoint(region);
    const address = bucketAddress({ ...options, endpoint });
    const kept = { keepAlive: true, maxSockets: mostConnections };
    const httpsAgent = new HttpsAgent({ ...kept, ...(options.ca === undefined ? {} : { ca: [...rootCertificates, options.ca] }) });
    const httpAgent = new HttpAgent(kept);
    this.#client = new S3Client({
      region,
      endpoint,
      forcePathStyle: address.pathStyle,
      ...keysOf(options),
      // The default, a checksum trailer, is refused by services that are not AWS.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      retryStrategy: new SdkRetryStrategy(patience),
      requestHandler: {
        connectionTimeout: patience.connectMs,
        socketTimeout: patience.silenceMs * longWorkFactor,
        httpAgent,
        httpsAgent,
      },
    });
    const signer = new Signer(region);
    const clock = new ServiceClock();
    // Remembered by the SDK until shortly before they expire.
    const identity = () => this.#client.config.credentials();
    this.#agent = address.protocol === 'https:' ? httpsAgent : httpAgent;
    this.#requests = new S3Requests({ address, agent: this.#agent, signer, clock, identity, patience });
    const publicAddress = bucketAddress({ ...options, endpoint: options.links.endpoint ?? endpoint });
    this.#links = new ObjectLinks(
      { address: publicAddress, signer, clock, identity, seconds: options.links.seconds },
      'application/octet-stream',
    );
  }

  /** Stores a small object of our own. */
  async put(key: string, body: Uint8Array): Promise<void> {
    await this.#put(key, body, this.#keeping.passing);
  }

  /** Stores a blob. */
  async putBlob(key: string, body: Uint8Array): Promise<void> {
    await this.#put(key, body, this.#keeping.blob);
  }

  /**
   * The bytes from `start` to `end` (inclusive, or as far as the object goes); undefined when there is no such object. The
   * body must be read to its end or destroyed.
   */
  async get(key: string, start: number, end: number | undefined, signal?: AbortSignal): Promise<ObjectRange | 'empty' | undefined> {
    try {
      const answer = await this.#requests.send({ method: 'GET', key: this.#prefix + key, range: `bytes=${start}-${end ?? ''}`, signal });
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '') ?? [];
      if (Number(from) === start) return { body: answer, sizeBytes: Number(total) };
      answer.destroy();
      throw new StorageError('failed', `Bytes from ${start} were asked for, the service answered with others: it must support ranges.`);
    } catch (error) {
      signal?.throwIfAborted();
      if (isAbsence(error)) return undefined;
      // An empty object has no byte to begin at.
      if (statusOf(error) === 416) return 'empty';
      throw asStorageError('Cannot read an object', error);
    }
  }

  /** An address at which whoever has it may read the object for a while. Not to be logged. */
  async link(key: string): Promise<string> {
    try {
      return await this.#links.to(this.#prefix + key);
    } catch (error) {
      throw asStorageError('Cannot sign an address', error);
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
    const command = new CreateMultipartUploadCommand({ ...this.#at(key), ...this.#keeping.multipart });
    const { UploadId } = await attempt('Cannot begin an upload', () => this.#client.send(command));
    return { key, uploadId: UploadId ?? '' };
  }

  /** Sends one part; returns its ETag. */
  async uploadPart(upload: MultipartKey, number: number, body: Uint8Array): Promise<string> {
    const query = [
      ['partNumber', String(number)],
      ['uploadId', upload.uploadId],
    ] as const;
    const request = { method: 'PUT', key: this.#prefix + upload.key, query, body } as const;
    const answer = await attempt('Cannot write a part', () => this.#requests.send(request));
    answer.resume();
    return answer.headers.etag ?? '';
  }

  /** Copies the bytes from `start` to `end` (inclusive) of another object as a part; returns its ETag. */
  async copyPart(upload: MultipartKey, number: number, source: string, start: number, end: number): Promise<string> {
    const range = { CopySource: this.#copySource(source), CopySourceRange: `bytes=${start}-${end}` };
    const command = new UploadPartCopyCommand({ ...this.#of(upload), ...range, PartNumber: number });
    const { CopyPartResult } = await attempt('Cannot copy a part', () => this.#client.send(command));
    return CopyPartResult?.ETag ?? '';
  }

  /** Makes one object of the parts; false when it was completed or aborted before. Fails when a part has not that ETag any more. */
  async completeMultipart(upload: MultipartKey, parts: readonly UploadedPart[]): Promise<boolean> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    try {
      await this.#client.send(new CompleteMultipartUploadCommand({ ...this.#of(upload), MultipartUpload: { Parts } }));
      return true;
    } catch (error) {
      if (isNoSuchUpload(error)) return false;
      throw asStorageError('Cannot complete an upload', error);
    }
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
    this.#agent.destroy();
  }

  async #put(key: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<void> {
    const request = { method: 'PUT', key: this.#prefix + key, headers, body } as const;
    const answer = await attempt('Cannot store an object', () => this.#requests.send(request));
    answer.resume();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#name, Key: this.#prefix + key };
  }

  #of(upload: MultipartKey): { Bucket: string; Key: string; UploadId: string } {
    return { ...this.#at(upload.key), UploadId: upload.uploadId };
  }

  #copySource(key: string): string {
    return `${this.#name}/${encodePath(this.#prefix + key)}`;
  }

  #withoutPrefix(key: string): string {
    return key.slice(this.#prefix.length);
  }
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: BucketOptions): Pick<S3ClientConfig, 'credentials'> {
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
}

async function attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageError(action, error);
  }
}
