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
import { type HeaderList, sendEmpty, sendHead } from '../answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { endWithBytes, sendBytes } from '../send-bytes.ts';
import type { Handler, V2Deps } from './exchange.ts';
import { requireDeletion } from './manifests.ts';
import { requireDigestOf } from './parameters.ts';

type BlobRoute = Extract<Route, { kind: 'blob' }>;

const octets = 'application/octet-stream';

/** `HEAD /v2/<name>/blobs/<digest>` (end-2). */
export const headBlob: Handler<BlobRoute> = async ({ http, route }, { registry }) => {
  const { digest, sizeBytes } = await registry.statBlob(route.name, requireDigestOf(route.digest));
  if (etagMatches(http.request.headers['if-none-match'], formatEntityTag(digest))) return sendEmpty(http, 304, headersOf(digest));
  sendHead(http, 200, ['Content-Type', octets, 'Content-Length', String(sizeBytes), ...headersOf(digest)]);
  http.response.end();
};

/** `GET` of the same, whole or in up to 16 ranges (RFC 9110 section 14). */
export const getBlob: Handler<BlobRoute> = async ({ http, route, fromHereAlone }, deps) => {
  const digest = requireDigestOf(route.digest);
  if (etagMatches(http.request.headers['if-none-match'], formatEntityTag(digest))) {
    await deps.registry.statBlob(route.name, digest);
    return sendEmpty(http, 304, headersOf(digest));
  }
  const link = fromHereAlone ? undefined : await deps.registry.linkBlob(route.name, digest, http.origin.address);
  if (link !== undefined) {
    deps.pulls.begin(route.name, wantedBytes(http, digest, link.sizeBytes));
    return sendLink(http, digest, link.url);
  }
  const blob = await deps.registry.openBlob(route.name, digest, (sizeBytes) => onlyRange(http, digest, sizeBytes));
  try {
    const serving = deps.pulls.begin(route.name, wantedBytes(http, digest, blob.sizeBytes));
    try {
      await sendBlob(http, blob, deps);
    } finally {
      serving.end(http.bytesSent);
    }
  } finally {
    await blob.reader.close();
  }
};

/** `DELETE` of the same (end-10). */
export const deleteBlob: Handler<BlobRoute> = async ({ http, route, by }, { registry, limits }) => {
  requireDeletion(limits, 'GET, HEAD');
  await registry.deleteBlob(route.name, requireDigestOf(route.digest), by);
  sendEmpty(http, 202);
};

/** Sends the client to where the bytes are; it brings its range along. No cache may keep the address for others. */
function sendLink(http: HttpExchange, digest: Digest, link: string): void {
  sendEmpty(http, 307, ['Location', link, 'Docker-Content-Digest', digest, 'Cache-Control', 'no-store']);
}

/** What is asked for of a blob of that size. */
function wantedRanges(http: HttpExchange, digest: Digest, sizeBytes: number): ReturnType<typeof parseRange> {
  const { range: asked, 'if-range': condition } = http.request.headers;
  if (asked === undefined || !ifRangeMatches([condition].flat()[0], formatEntityTag(digest))) return { kind: 'none' };
  return parseRange(asked, sizeBytes);
}

/** How many bytes are asked for; none when the answer is that there are no such. */
function wantedBytes(http: HttpExchange, digest: Digest, sizeBytes: number): number {
  const wanted = wantedRanges(http, digest, sizeBytes);
  if (wanted.kind === 'ranges') return wanted.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  return wanted.kind === 'none' ? sizeBytes : 0;
}

/** The bytes that are asked for, when these are one range. */
function onlyRange(http: HttpExchange, digest: Digest, sizeBytes: number): ByteRange | undefined {
  const wanted = wantedRanges(http, digest, sizeBytes);
  return wanted.kind === 'ranges' && wanted.ranges.length === 1 ? wanted.ranges[0] : undefined;
}

async function sendBlob(http: HttpExchange, blob: OpenBlob, { watch }: V2Deps): Promise<void> {
  const { digest, sizeBytes, reader } = blob;
  const wanted = wantedRanges(http, digest, sizeBytes);
  if (wanted.kind === 'unsatisfiable' || wanted.kind === 'too-many') throw unsatisfiable(wanted.kind, sizeBytes);
  const [range, ...others] = wanted.kind === 'ranges' ? wanted.ranges : [];
  if (range !== undefined && others.length > 0) {
    await sendRanges(http, [range, ...others], blob, watch);
    return;
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  const partial = range === undefined ? [] : ['Content-Range', formatContentRange(range, sizeBytes)];
  const headers = ['Content-Type', octets, 'Content-Length', String(end - start + 1), ...headersOf(digest), ...partial];
  sendHead(http, range === undefined ? 200 : 206, headers);
  if (end < start) http.response.end();
  else await endWithBytes(http, reader, { start, end }, watch);
}

/** multipart/byteranges (RFC 9110 section 14.6), as zstd:chunked clients ask for. */
async function sendRanges(
  http: HttpExchange,
  ranges: readonly ByteRange[],
  { digest, sizeBytes, reader }: OpenBlob,
  watch: V2Deps['watch'],
): Promise<void> {
  const boundary = randomBytes(16).toString('hex');
  const heads = ranges.map(
    (range) => `\r\n--${boundary}\r\nContent-Type: ${octets}\r\nContent-Range: ${formatContentRange(range, sizeBytes)}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const length = ranges.reduce((sum, { start, end }, index) => sum + (heads[index]?.length ?? 0) + end - start + 1, tail.length);
  const type = `multipart/byteranges; boundary=${boundary}`;
  sendHead(http, 206, ['Content-Type', type, 'Content-Length', String(length), ...headersOf(digest)]);
  for (const [index, range] of ranges.entries()) {
    http.response.write(heads[index]);
    await sendBytes(http, reader, range, watch);
  }
  http.response.end(tail);
}

function headersOf(digest: Digest): HeaderList {
  return [
    'Docker-Content-Digest',
    digest,
    'ETag',
    formatEntityTag(digest),
    'Accept-Ranges',
    'bytes',
    // A digest's bytes never change; private, because who may read them is decided on each request.
    'Cache-Control',
    'private, max-age=31536000, immutable',
  ];
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
