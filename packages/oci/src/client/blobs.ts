import type { Digest } from '../digest.ts';
import type { ByteRange } from '../range.ts';
import type { RepositoryName } from '../reference.ts';
import { discardBody } from './body.ts';
import { protocolError } from './error.ts';
import type { CallOptions } from './options.ts';
import type { Transport } from './transport.ts';
import { repositoryScope } from './transport.ts';

/** A blob on its way. The bytes are not checked: whoever consumes them has to hash them. */
export interface FetchedBlob {
  readonly body: ReadableStream<Uint8Array>;
  /** Length of this body in bytes, when the registry says. */
  readonly sizeBytes?: number;
  /** True when the registry honoured the range that was asked for; otherwise the body is the whole blob. */
  readonly partial: boolean;
}

/** What reading a blob may be told: a part of it only, an open end being the end of the blob. */
export interface BlobReadOptions extends CallOptions {
  readonly range?: { readonly start: ByteRange['start']; readonly end?: ByteRange['end'] };
}

/** Starts reading a blob; a 404 is thrown as a RegistryClientError. */
export async function getBlob(
  transport: Transport,
  name: RepositoryName,
  digest: Digest,
  { range, signal }: BlobReadOptions = {},
): Promise<FetchedBlob> {
  const { response } = await transport.send({
    method: 'GET',
    target: blobPath(name, digest),
    scopes: [repositoryScope(name, 'pull')],
    headers: range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` },
    expect: range === undefined ? [200] : [200, 206],
    signal,
  });
  const partial = response.status === 206;
  const starts = `bytes ${range?.start}-`;
  if (partial && response.headers.get('content-range')?.startsWith(starts) !== true) {
    await discardBody(response);
    throw protocolError(`the registry answered another range of ${digest} than was asked for`);
  }
  const sizeBytes = lengthOf(response);
  const body = (response.body ?? new Blob([]).stream()) as ReadableStream<Uint8Array>;
  return { body, partial, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
}

/** Asks for the size of a blob; undefined when there is no such blob. The size may be unknown. */
export async function headBlob(
  transport: Transport,
  name: RepositoryName,
  digest: Digest,
  { signal }: CallOptions = {},
): Promise<{ readonly sizeBytes?: number } | undefined> {
  const scopes = [repositoryScope(name, 'pull')];
  const { response } = await transport.send({ method: 'HEAD', target: blobPath(name, digest), scopes, expect: [200, 404], signal });
  await discardBody(response);
  if (response.status === 404) return undefined;
  const sizeBytes = lengthOf(response);
  return sizeBytes === undefined ? {} : { sizeBytes };
}

/** Deletes a blob; false when there was none. */
export async function deleteBlob(
  transport: Transport,
  name: RepositoryName,
  digest: Digest,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const scopes = [repositoryScope(name, 'delete')];
  const { response } = await transport.send({
    method: 'DELETE',
    target: blobPath(name, digest),
    scopes,
    expect: [200, 202, 204, 404],
    signal,
  });
  await discardBody(response);
  return response.status !== 404;
}

function blobPath(name: RepositoryName, digest: Digest): string {
  return `v2/${name}/blobs/${digest}`;
}

function lengthOf(response: Response): number | undefined {
  const text = response.headers.get('content-length') ?? '';
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
