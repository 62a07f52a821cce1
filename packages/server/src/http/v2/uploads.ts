import { digestAlgorithm, formatUploadRange, parseContentRange, type RepositoryName, type Route } from '@longshore/oci';
import type { Principal, Visibility } from '../../registry/ports/authorizer.ts';
import type { Chunk, FinishedUpload, UploadHandle, UploadProgress } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { tooLarge } from '../../registry/uploads.ts';
import { type HeaderList, headerListOf, sendEmpty } from '../answer.ts';
import { requestBody } from '../request-body.ts';
import type { Exchange, Handler, V2Deps } from './exchange.ts';
import { requireAlgorithmOf, requireDigestOf, requireNameOf } from './parameters.ts';
import { quotaHeaders } from './quota-headers.ts';

type UploadsRoute = Extract<Route, { kind: 'uploads' }>;
type UploadRoute = Extract<Route, { kind: 'upload' }>;

/** `POST /v2/<name>/blobs/uploads/` (end-4a to 4c, end-11): mount, whole blob, or the start of a session. */
export const postUploads: Handler<UploadsRoute> = async (exchange, deps) => {
  const { http, route, query, by } = exchange;
  if (query.has('mount') && (await mount(exchange, deps))) return;
  const digest = query.has('digest') ? requireDigestOf(query.get('digest') ?? '') : undefined;
  const algorithm = digest === undefined ? requireAlgorithmOf(query.get('digest-algorithm')) : digestAlgorithm(digest);
  const progress = await deps.registry.startUpload(route.name, by, algorithm);
  if (digest === undefined) {
    sendEmpty(http, 202, sessionHeaders(route.name, progress));
    return;
  }
  const upload = { repository: route.name, id: progress.id, by };
  let finished: FinishedUpload;
  try {
    finished = await deps.registry.finishUpload(upload, digest, chunkOf(exchange, deps));
  } catch (error) {
    // Nobody knows this upload's address, so nobody could continue it.
    await cancelQuietly(deps, upload);
    throw error;
  }
  sendEmpty(http, 201, [...blobHeaders(route.name, digest), ...(await quotaHeaders(route.name, finished, deps))]);
};

/** `GET` of a session (end-13): where it stands. */
export const getUpload: Handler<UploadRoute> = async (exchange, { registry }) => {
  const progress = await registry.uploadProgress(handleOf(exchange));
  sendEmpty(exchange.http, 204, sessionHeaders(exchange.route.name, progress));
};

/** `PATCH` (end-5): the next chunk, or a stream without a range. */
export const patchUpload: Handler<UploadRoute> = async (exchange, deps) => {
  const progress = await withStatus(exchange, deps, () => deps.registry.appendUpload(handleOf(exchange), chunkOf(exchange, deps)));
  sendEmpty(exchange.http, 202, sessionHeaders(exchange.route.name, progress));
};

/** `PUT` (end-6): the last piece, if any, and the digest of the whole. */
export const putUpload: Handler<UploadRoute> = async (exchange, deps) => {
  const wanted = exchange.query.get('digest');
  if (wanted === null)
    throw new RegistryError('DIGEST_INVALID', { message: 'The digest is missing: end the upload with ?digest=sha256:...' });
  const digest = requireDigestOf(wanted);
  const finish = () => deps.registry.finishUpload(handleOf(exchange), digest, chunkOf(exchange, deps));
  const finished = await withStatus(exchange, deps, finish);
  const { name } = exchange.route;
  sendEmpty(exchange.http, 201, [...blobHeaders(name, digest), ...(await quotaHeaders(name, finished, deps))]);
};

/** `DELETE` of a session (end-14). */
export const deleteUpload: Handler<UploadRoute> = async (exchange, { registry }) => {
  await registry.cancelUpload(handleOf(exchange));
  sendEmpty(exchange.http, 204);
};

/** Mounts when the blob is there and the caller may read it where it is; otherwise the request goes on as an upload. */
async function mount(exchange: Exchange<UploadsRoute>, deps: V2Deps): Promise<boolean> {
  const { http, route, query, by } = exchange;
  const digest = requireDigestOf(query.get('mount') ?? '');
  const source = query.get('from');
  const from = source === null || source === '' ? undefined : requireNameOf(source);
  const visibility = await visibleSources(exchange, deps, from);
  if (visibility === undefined || !(await deps.registry.mountBlob({ digest, to: route.name, from, visibility, by }))) return false;
  sendEmpty(http, 201, blobHeaders(route.name, digest));
  return true;
}

/**
 * Where the caller may take a blob from; undefined when from nowhere. When only its token stands in the way, the answer
 * is a challenge for a wider one, as clients expect of a mount.
 */
async function visibleSources(
  { principal, insufficientScope }: Exchange,
  { authorizer }: V2Deps,
  from: RepositoryName | undefined,
): Promise<Visibility | undefined> {
  const look = async (as: Principal): Promise<Visibility | undefined> => {
    if (from !== undefined)
      return (await authorizer.decide(as, 'pull', { kind: 'repository', name: from })).allow ? { kind: 'everything' } : undefined;
    const visibility = await authorizer.visible(as, 'pull');
    return visibility.kind === 'nothing' ? undefined : visibility;
  };
  const found = await look(principal);
  if (found === undefined && principal.limit !== undefined && (await look({ ...principal, limit: undefined })) !== undefined)
    throw insufficientScope();
  return found;
}

function chunkOf(exchange: Exchange, { watch, limits }: V2Deps): Chunk {
  const header = exchange.http.request.headers['content-range'];
  const range = header === undefined ? undefined : parseContentRange(header);
  if (header !== undefined && range === undefined) {
    throw new RegistryError('RANGE_INVALID', {
      message: `Content-Range must read FIRST-LAST, both inclusive, not '${header.slice(0, 64)}'.`,
    });
  }
  const mostBytes = limits.uploadBytes;
  const body = requestBody(exchange.http, { watch, maxBytes: mostBytes, tooLong: () => tooLarge(mostBytes) });
  const announced = exchange.http.request.headers['content-length'];
  const bodyBytes = announced === undefined ? undefined : Number(announced);
  const length = range === undefined ? undefined : range.end - range.start + 1;
  return { start: range?.start, length, mostBytes, bodyBytes, body };
}

/** A 416 tells where the session stands, so that the client can go on without asking. */
async function withStatus<T>(exchange: Exchange<UploadRoute>, { registry }: V2Deps, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RegistryError) || error.status !== 416) throw error;
    const progress = await registry.uploadProgress(handleOf(exchange));
    const headers = sessionFields(exchange.route.name, progress);
    throw new RegistryError(error.code, { status: 416, message: error.message, detail: error.detail, headers, cause: error });
  }
}

async function cancelQuietly({ registry }: V2Deps, upload: UploadHandle): Promise<void> {
  try {
    await registry.cancelUpload(upload);
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'BLOB_UPLOAD_UNKNOWN')) throw error;
  }
}

function handleOf({ route, by }: Exchange<UploadRoute>): UploadHandle {
  return { repository: route.name, id: route.id, by };
}

/** Locations are relative, so they work behind every proxy. */
function sessionFields(name: RepositoryName, { id, offset }: UploadProgress): Record<string, string> {
  return { Location: `/v2/${name}/blobs/uploads/${id}`, Range: formatUploadRange(offset), 'Docker-Upload-UUID': id };
}

function sessionHeaders(name: RepositoryName, progress: UploadProgress): HeaderList {
  return headerListOf(sessionFields(name, progress));
}

function blobHeaders(name: RepositoryName, digest: string): HeaderList {
  return ['Location', `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest', digest];
}
