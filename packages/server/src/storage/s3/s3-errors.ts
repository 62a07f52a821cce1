import { StorageError } from '../../registry/ports/blob-store.ts';

const fullCodes = new Set([
  'QuotaExceeded',
  'EntityTooLargeForQuota',
  'InsufficientStorage',
  'XMinioStorageFull',
  'ServiceQuotaExceededException',
]);
const throttlingCodes = new Set(['SlowDown', 'TooManyRequests', 'ServiceUnavailable', 'RequestLimitExceeded', 'Throttling']);
const passingCodes = new Set(['TimeoutError', 'RequestTimeout', 'OperationAborted', 'InternalError']);
/** Another key, another region or a certificate would be needed; trying again helps nobody. */
const lastingCodes = /^(CERT_|ERR_TLS_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_SSL_|CredentialsProviderError$)/;

/** What went wrong, by the code of the service or of the system, and what to do about it. */
const remedies: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the service does not know the access key: set store.accessKeyId to one of its keys',
  SignatureDoesNotMatch: 'the secret does not belong to the access key, or store.region is wrong: correct store.secretAccessKey',
  AccessDenied: 'allow this access key to read, write, list and delete in the bucket',
  ExpiredToken: 'the session token has expired: set a new one with its keys, or let them come from the environment',
  InvalidToken: 'the session token is not that of the access key: correct store.sessionToken',
  NoSuchBucket: 'create the bucket, or correct store.bucket',
  RequestTimeTooSkewed: 'set the clock of this machine, or that of the service',
  CredentialsProviderError: 'give store.accessKeyId and store.secretAccessKey, or an environment in which the AWS SDK finds keys',
  InvalidStorageClass: 'set store.storageClass to one that the service has',
  ServerSideEncryptionConfigurationNotFoundError: 'correct store.encryption',
  ENOTFOUND: 'no machine has that name: correct store.endpoint, or the name service of this machine',
  ECONNREFUSED: 'nothing listens there: start the service, or correct store.endpoint',
};
const wrongRegionCodes = new Set([
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'TemporaryRedirect',
  'IllegalLocationConstraintException',
]);
const untrustedCodes = /^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|ERR_TLS_CERT)/;

/** What the service answered instead of what it was asked for. Of the same shape as the errors of the AWS SDK. */
export class ServiceRefusal extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  /** The bucket's region, where the service names it. */
  readonly Region: string | undefined;

  /** `name`: the service's error code. */
  constructor(name: string, status: number, message: string, region: string | undefined) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
    this.Region = region;
  }
}

/** The service was silent for too long. */
export class SilenceError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** The error code that the service answered with, or the name of what went wrong on the way. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as { code?: unknown };
  return error.name === 'Error' && typeof code === 'string' ? code : error.name;
}

/** The HTTP status of the answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? (error as Partial<ServiceRefusal>).$metadata?.httpStatusCode : undefined;
}

/** True when an object is absent. A missing bucket is not that: it says nothing about any blob. */
export function isAbsence(error: unknown): boolean {
  return codeOf(error) === 'NoSuchKey' || (codeOf(error) === 'NotFound' && statusOf(error) === 404);
}

/** True when the multipart upload that a request was about does not exist any more: one that ends just then has no key, says Ceph RGW. */
export function isNoSuchUpload(error: unknown): boolean {
  return codeOf(error) === 'NoSuchUpload' || codeOf(error) === 'NoSuchKey';
}

/** True when the service has too much to do. */
export function isThrottling(error: unknown): boolean {
  return throttlingCodes.has(codeOf(error)) || statusOf(error) === 503 || statusOf(error) === 429;
}

/** True when the same request may succeed later without anybody's help; a broken connection or none is such a case. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  const code = codeOf(error);
  if (fullCodes.has(code) || status === 507 || lastingCodes.test(code) || code === 'AbortError') return false;
  return status === undefined || status >= 500 || isThrottling(error) || passingCodes.has(code);
}

/** Whether the service itself said it, be it that it has too much to do: not the way to it, nor a gateway on that way. */
export function isFromService(error: unknown): boolean {
  if (!(error instanceof StorageError) || error.reason !== 'failed' || !error.retryable) return true;
  const status = statusOf(error.cause);
  return status !== undefined && (throttlingCodes.has(codeOf(error.cause)) || ![502, 503, 504].includes(status));
}

/** What the service (or the way to it) refused, after the retries; `action` begins the message. */
export function asStorageError(action: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const status = statusOf(error);
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const message = `${action}: ${code}${status === undefined ? '' : ` (${status})`}: ${text}`;
  if (fullCodes.has(code) || status === 507) return new StorageError('full', message, { cause: error });
  const remedy = remedyFor(error);
  return new StorageError('failed', remedy === undefined ? message : `${message} (${remedy})`, {
    cause: error,
    retryable: isPassing(error),
  });
}

/** What to do about it, where that can be said. */
function remedyFor(error: unknown): string | undefined {
  const code = codeOf(error);
  if (wrongRegionCodes.has(code)) {
    const region = (error as Partial<ServiceRefusal>).Region;
    return `the bucket is in another region: set store.region${region === undefined ? '' : ` to ${region}`}`;
  }
  if (untrustedCodes.test(code)) return 'the certificate of the service is not trusted: name its authority in store.caFile';
  return remedies[code];
}
