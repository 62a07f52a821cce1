import { randomBytes } from 'node:crypto';
import {
  type ByteRange,
  type Digest,
  etagMatches,
  formatContentRange,
  formatEntityTag,
  formatUnsatisfiedRange,
  ifRangeMatches,
  parseRange,
  type Route,
} from '@longshore/oci';
import type { OpenBlob } from '../../registry/registry.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { sendBytes } from '../send-bytes.ts';
import { type Exchange, type Handler, sendEmpty, type V2Deps } from './exchange.ts';
import { requireDeletion } from './manifests.ts';
import { requireDigestOf } from './parameters.ts';

type BlobRoute = Extract<Route, { kind: 'blob' }>;

const octets = 'application/octet-stream';

/** `HEAD /v2/<name>/blobs/<digest>` (end-2). */
export const headBlob: Handler<BlobRoute> = async ({ route, request, response }, { registry }) => {
  const { digest, sizeBytes } = await registry.statBlob(route.name, requireDigestOf(route.digest));
  const headers = headersOf(digest);
  const unchanged = etagMatches(request.headers['if-none-match'], headers.ETag);
  response.writeHead(unchanged ? 304 : 200, unchanged ? headers : { 'Content-Type': octets, 'Content-Length': sizeBytes, ...headers });
  response.end();
};

/** `GET` of the same, whole or in up to 16 ranges (RFC 9110 section 14). */
export const getBlob: Handler<BlobRoute> = async (exchange, deps) => {
  const digest = requireDigestOf(exchange.route.digest);
  if (etagMatches(exchange.request.headers['if-none-match'], formatEntityTag(digest))) {
    await deps.registry.statBlob(exchange.route.name, digest);
    exchange.response.writeHead(304, headersOf(digest)).end();
    return;
  }
  const blob = await deps.registry.openBlob(exchange.route.name, digest);
  try {
    await sendBlob(exchange, blob, deps);
  } finally {
    await blob.reader.close();
  }
};

/** `DELETE` of the same (end-10). */
export const deleteBlob: Handler<BlobRoute> = async ({ route, response, actor }, { registry, limits }) => {
  requireDeletion(limits, 'GET, HEAD');
  await registry.deleteBlob(route.name, requireDigestOf(route.digest), actor);
  sendEmpty(response, 202, {});
};

async function sendBlob({ request, response }: Exchange<BlobRoute>, blob: OpenBlob, { watch }: V2Deps): Promise<void> {
  const { digest, sizeBytes, reader } = blob;
  const headers = { 'Content-Type': octets, ...headersOf(digest) };
  const wanted = ifRangeMatches([request.headers['if-range']].flat()[0], headers.ETag)
    ? parseRange(request.headers.range, sizeBytes)
    : { kind: 'none' as const };
  if (wanted.kind === 'unsatisfiable' || wanted.kind === 'too-many') throw unsatisfiable(wanted.kind, sizeBytes);
  const [range, ...others] = wanted.kind === 'ranges' ? wanted.ranges : [];
  if (range !== undefined && others.length > 0) {
    await sendRanges(response, headers, [range, ...others], blob, watch);
    return;
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  const partial = range === undefined ? {} : { 'Content-Range': formatContentRange(range, sizeBytes) };
  response.writeHead(range === undefined ? 200 : 206, { ...headers, 'Content-Length': end - start + 1, ...partial });
  if (end >= start) await sendBytes(response, reader, { start, end }, watch);
  response.end();
}

/** multipart/byteranges (RFC 9110 section 14.6), as zstd:chunked clients ask for. */
async function sendRanges(
  response: Exchange['response'],
  headers: Record<string, string>,
  ranges: readonly ByteRange[],
  { sizeBytes, reader }: OpenBlob,
  watch: V2Deps['watch'],
): Promise<void> {
  const boundary = randomBytes(16).toString('hex');
  const heads = ranges.map(
    (range) => `\r\n--${boundary}\r\nContent-Type: ${octets}\r\nContent-Range: ${formatContentRange(range, sizeBytes)}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const length = ranges.reduce((sum, { start, end }, index) => sum + (heads[index]?.length ?? 0) + end - start + 1, tail.length);
  response.writeHead(206, { ...headers, 'Content-Type': `multipart/byteranges; boundary=${boundary}`, 'Content-Length': length });
  for (const [index, range] of ranges.entries()) {
    response.write(heads[index]);
    await sendBytes(response, reader, range, watch);
  }
  response.end(tail);
}

function headersOf(digest: Digest): { 'Docker-Content-Digest': string; ETag: string; 'Accept-Ranges': string; 'Cache-Control': string } {
  return {
    'Docker-Content-Digest': digest,
    ETag: formatEntityTag(digest),
    'Accept-Ranges': 'bytes',
    // A digest's bytes never change; private, because who may read them is decided on each request.
    'Cache-Control': 'private, max-age=31536000, immutable',
  };
}

function unsatisfiable(kind: 'unsatisfiable' | 'too-many', sizeBytes: number): RegistryError {
  return new RegistryError('RANGE_INVALID', {
    message:
      kind === 'too-many'
        ? 'At most 16 ranges fit in one request: ask for the rest with another.'
        : `The blob has ${sizeBytes} bytes: ask for a range within it.`,
    headers: { 'Content-Range': formatUnsatisfiedRange(sizeBytes) },
  });
}
