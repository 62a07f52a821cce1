import { formatUploadContentRange, parseContentRange } from '../content-range.ts';
import type { Digest } from '../digest.ts';
import { digestAlgorithm } from '../digest.ts';
import type { RepositoryName } from '../reference.ts';
import { discardBody } from './body.ts';
import { chunksOf } from './chunks.ts';
import { protocolError, RegistryClientError } from './error.ts';
import type { CallOptions } from './options.ts';
import type { Answer } from './redirect.ts';
import type { Transport } from './transport.ts';
import { repositoryScope } from './transport.ts';

/** A blob to upload: in one piece, or with `chunkSizeBytes` in chunks of that size, which a broken one can resume. */
export interface BlobToUpload extends CallOptions {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly content: Uint8Array | ReadableStream<Uint8Array>;
  readonly chunkSizeBytes?: number;
}

const largestChunkBytes = 256 * 1024 * 1024;

/** Uploads a blob (distribution specification, "Pushing blobs"); on failure the session is cancelled, if it can be. */
export async function uploadBlob(transport: Transport, name: RepositoryName, blob: BlobToUpload): Promise<void> {
  const algorithm = digestAlgorithm(blob.digest);
  const query = algorithm === 'sha256' ? '' : `?digest-algorithm=${algorithm}`;
  const scopes = [repositoryScope(name, 'pull', 'push')];
  const start = await transport.send({
    method: 'POST',
    target: `v2/${name}/blobs/uploads/${query}`,
    scopes,
    headers: noContent,
    expect: [202],
    signal: blob.signal,
  });
  await uploadTo(transport, name, start, blob);
}

/**
 * Mounts a blob from another repository of the registry, from any the registry finds when `from` is absent
 * (distribution specification, "Mounting a blob"). False when the registry would rather have an upload.
 */
export async function mountBlob(
  transport: Transport,
  name: RepositoryName,
  digest: Digest,
  from?: RepositoryName,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const scopes = [repositoryScope(name, 'pull', 'push'), ...(from === undefined ? [] : [repositoryScope(from, 'pull')])];
  const query = new URLSearchParams({ mount: digest, ...(from === undefined ? {} : { from }) });
  const answer = await transport.send({
    method: 'POST',
    target: `v2/${name}/blobs/uploads/?${query.toString()}`,
    scopes,
    headers: noContent,
    expect: [201, 202],
    signal,
  });
  await discardBody(answer.response);
  if (answer.response.status === 201) return true;
  await cancel(transport, name, locationOf(answer));
  return false;
}

const noContent = { 'content-length': '0' };

async function uploadTo(transport: Transport, name: RepositoryName, start: Answer, blob: BlobToUpload): Promise<void> {
  await discardBody(start.response);
  const session: Session = { location: locationOf(start), name, signal: blob.signal };
  try {
    if (blob.chunkSizeBytes === undefined) {
      const headers = { 'content-length': String(blob.sizeBytes), 'content-type': 'application/octet-stream' };
      await finish(transport, session, blob.digest, blob.content, headers);
      return;
    }
    const chunkBytes = chunkSizeFor(start.response, blob.chunkSizeBytes);
    let offset = 0;
    for await (const chunk of chunksOf(blob.content, chunkBytes)) {
      await appendChunk(transport, session, chunk, offset);
      offset += chunk.length;
    }
    await finish(transport, session, blob.digest, new Uint8Array(0), noContent);
  } catch (error) {
    await cancel(transport, name, session.location);
    throw error;
  }
}

/** An upload under way; every answer may move it. */
interface Session {
  location: URL;
  readonly name: RepositoryName;
  readonly signal: AbortSignal | undefined;
}

async function finish(
  transport: Transport,
  { location, name, signal }: Session,
  digest: Digest,
  body: BlobToUpload['content'],
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const scopes = [repositoryScope(name, 'pull', 'push')];
  const answer = await transport.send({
    method: 'PUT',
    target: withDigest(location, digest),
    scopes,
    headers,
    body,
    expect: [201],
    signal,
  });
  await discardBody(answer.response);
}

function chunkSizeFor(response: Response, wantedBytes: number): number {
  const least = Number(response.headers.get('oci-chunk-min-length') ?? 0);
  const chunkBytes = Math.max(1, wantedBytes, Number.isSafeInteger(least) ? least : 0);
  if (chunkBytes > largestChunkBytes) throw protocolError(`chunks of ${chunkBytes} bytes are more than this client holds in memory`);
  return chunkBytes;
}

/** Sends one chunk; after a 416 asks where the session stands and sends what is missing, once. */
async function appendChunk(transport: Transport, session: Session, chunk: Uint8Array, offset: number): Promise<void> {
  const { signal } = session;
  const scopes = [repositoryScope(session.name, 'pull', 'push')];
  async function send(part: Uint8Array, start: number): Promise<void> {
    const range = formatUploadContentRange({ start, end: start + part.length - 1 });
    const headers = { 'content-range': range, 'content-length': String(part.length), 'content-type': 'application/octet-stream' };
    const answer = await transport.send({ method: 'PATCH', target: session.location, scopes, headers, body: part, expect: [202], signal });
    await discardBody(answer.response);
    session.location = locationOf(answer);
  }
  try {
    await send(chunk, offset);
  } catch (error) {
    if (!(error instanceof RegistryClientError) || error.status !== 416) throw error;
    const status = await transport.send({ method: 'GET', target: session.location, scopes, expect: [204], signal });
    session.location = locationOf(status);
    const held = parseContentRange(status.response.headers.get('range') ?? '');
    const next = held === undefined ? 0 : held.end + 1;
    if (next <= offset || next > offset + chunk.length) throw error;
    if (next < offset + chunk.length) await send(chunk.subarray(next - offset), next);
  }
}

async function cancel(transport: Transport, name: RepositoryName, target: URL): Promise<void> {
  const scopes = [repositoryScope(name, 'pull', 'push')];
  const answer = await transport
    .send({ method: 'DELETE', target, scopes, expect: [200, 202, 204], headers: noContent })
    .catch(() => undefined);
  if (answer !== undefined) await discardBody(answer.response);
}

function locationOf({ response, url }: Answer): URL {
  const location = URL.parse(response.headers.get('location') ?? '', url.href);
  const secure = location?.protocol === 'https:' || (location?.protocol === 'http:' && url.protocol === 'http:');
  if (location === null || !response.headers.has('location') || !secure) throw protocolError(`${url.host} gives no usable upload location`);
  return location;
}

/** The location's own query may be signed or significant: it is kept to the letter, the digest goes after it. */
function withDigest(location: URL, digest: Digest): URL {
  const result = new URL(location);
  result.search = `${location.search === '' ? '?' : `${location.search}&`}digest=${encodeURIComponent(digest)}`;
  return result;
}
