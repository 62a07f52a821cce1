import { createHash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

/** A whole answer of the registry, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No answer came: whether the registry did it is unknown. */
export class NoAnswerError extends Error {
  constructor(cause: unknown) {
    super(`no answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'NoAnswerError';
  }
}

/** The ways in which a client may send a blob. */
export const uploadModes = ['post-put', 'single-post', 'chunked', 'streamed'] as const;
export type UploadMode = (typeof uploadModes)[number];

/** The digest of bytes in text form. */
export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Statuses by which a registry, or what stands before it, asks for another try: standard clients give it. */
export const passingStatuses: readonly number[] = [429, 502, 503, 504];

const answerWithinMs = 60_000;

/**
 * Speaks the distribution protocol plainly: one call is one request (or the few that an upload takes), nothing is
 * repeated or hidden, every status is returned. Throws `NoAnswerError` when the connection breaks.
 */
export class RegistryClient {
  readonly #baseUrl: () => string;
  readonly #authorization: () => string | undefined;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  /** `authorization`: the header that a request has unless it brings its own; none when it is undefined. */
  constructor(baseUrl: () => string, authorization: () => string | undefined = () => undefined) {
    this.#baseUrl = baseUrl;
    this.#authorization = authorization;
  }

  /** Drops every kept connection. */
  close(): void {
    this.#agent.destroy();
  }

  /** One request. `pieces` are sent without Content-Length, one by one. */
  send(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: Uint8Array; pieces?: readonly Uint8Array[] } = {},
  ): Promise<Answer> {
    const { body, pieces } = options;
    const authorization = this.#authorization();
    const own = authorization === undefined ? {} : { authorization };
    const headers = { ...own, ...options.headers, ...(pieces === undefined ? { 'content-length': String(body?.byteLength ?? 0) } : {}) };
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => reject(new NoAnswerError(cause));
      const sent = request(new URL(path, this.#baseUrl()), { method, headers, agent: this.#agent, timeout: answerWithinMs }, (response) => {
        const received: Buffer[] = [];
        response.on('data', (piece: Buffer) => received.push(piece));
        response.on('error', fail);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(received) }));
      });
      sent.on('error', fail);
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} within ${answerWithinMs} ms`)));
      for (const piece of pieces ?? []) sent.write(piece);
      sent.end(body);
    });
  }

  /** Uploads a blob; the answer is that of the last request, or of the first that was refused. */
  async pushBlob(repository: string, bytes: Uint8Array, mode: UploadMode, algorithm: 'sha256' | 'sha512' = 'sha256'): Promise<Answer> {
    const digest = digestOf(bytes, algorithm);
    const start = `/v2/${repository}/blobs/uploads/`;
    if (mode === 'single-post') {
      const answer = await this.send('POST', `${start}?digest=${digest}`, { headers: octets, body: bytes });
      if (answer.status !== 202) return answer;
      return this.finishUpload(locationOf(answer), digest, bytes);
    }
    const started = await this.send('POST', `${start}?digest-algorithm=${algorithm}`);
    if (started.status !== 202) return started;
    // There is no chunk without bytes.
    if (mode === 'post-put' || bytes.byteLength === 0) return this.finishUpload(locationOf(started), digest, bytes);
    const patched =
      mode === 'chunked'
        ? await this.sendChunks(locationOf(started), bytes, 3)
        : await this.send('PATCH', locationOf(started), { pieces: cut(bytes, 4) });
    return patched.status === 202 ? this.finishUpload(locationOf(patched), digest, undefined) : patched;
  }

  /** Sends `bytes` in `count` chunks with Content-Range; the last answer, or the first that was refused. */
  async sendChunks(location: string, bytes: Uint8Array, count: number, offset = 0): Promise<Answer> {
    let at = offset;
    let answer: Answer | undefined;
    for (const body of cut(bytes, count)) {
      const headers = { ...octets, 'content-range': `${at}-${at + body.byteLength - 1}` };
      answer = await this.send('PATCH', answer === undefined ? location : locationOf(answer), { headers, body });
      if (answer.status !== 202) return answer;
      at += body.byteLength;
    }
    if (answer === undefined) throw new RangeError('There was nothing to send.');
    return answer;
  }

  /** The final PUT of an upload, with or without bytes. */
  finishUpload(location: string, digest: string, body: Uint8Array | undefined): Promise<Answer> {
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    return this.send('PUT', path, { headers: octets, ...(body === undefined ? {} : { body }) });
  }

  /** 201 when it was mounted, 202 when an upload has to follow. */
  mountBlob(repository: string, digest: string, from: string): Promise<Answer> {
    return this.send('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`);
  }

  /** A mount, and the upload that follows when the source does not have the blob. */
  async mountOrPush(repository: string, digest: string, bytes: Uint8Array, from: string): Promise<Answer> {
    const answer = await this.mountBlob(repository, digest, from);
    return answer.status === 202 ? this.finishUpload(locationOf(answer), digest, bytes) : answer;
  }

  headBlob(repository: string, digest: string): Promise<Answer> {
    return this.send('HEAD', `/v2/${repository}/blobs/${digest}`);
  }

  getBlob(repository: string, digest: string): Promise<Answer> {
    return this.send('GET', `/v2/${repository}/blobs/${digest}`);
  }

  deleteBlob(repository: string, digest: string): Promise<Answer> {
    return this.send('DELETE', `/v2/${repository}/blobs/${digest}`);
  }

  /** By tag when there is one; the registry would give it a sha256 digest then, so another digest is named with the tag beside it. */
  putManifest(
    repository: string,
    tag: string | undefined,
    manifest: { digest: string; bytes: Uint8Array; mediaType: string },
  ): Promise<Answer> {
    const byDigest = tag === undefined ? manifest.digest : `${manifest.digest}?tag=${tag}`;
    const reference = tag !== undefined && manifest.digest.startsWith('sha256:') ? tag : byDigest;
    return this.send('PUT', `/v2/${repository}/manifests/${reference}`, {
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
    });
  }

  getManifest(repository: string, reference: string): Promise<Answer> {
    return this.send('GET', `/v2/${repository}/manifests/${reference}`, { headers: { accept: '*/*' } });
  }

  deleteManifest(repository: string, reference: string): Promise<Answer> {
    return this.send('DELETE', `/v2/${repository}/manifests/${reference}`);
  }

  /** Every page of a list: the entries of `field`, or the answer that was not 200. */
  async list(path: string, field: string): Promise<string[] | Answer> {
    const entries: string[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const answer: Answer = await this.send('GET', next);
      if (answer.status !== 200) return answer;
      entries.push(...((JSON.parse(answer.body.toString()) as Record<string, string[]>)[field] ?? []));
      next = /<([^>]+)>/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    return entries;
  }

  /** The digests that refer to a manifest. */
  async referrers(repository: string, subject: string): Promise<string[] | Answer> {
    const answer = await this.send('GET', `/v2/${repository}/referrers/${subject}`);
    if (answer.status !== 200) return answer;
    return (JSON.parse(answer.body.toString()) as { manifests: { digest: string }[] }).manifests.map((descriptor) => descriptor.digest);
  }
}

/** Where an upload goes on. */
export function locationOf(answer: Answer): string {
  const location = answer.headers.location;
  if (location === undefined) throw new Error(`The answer ${answer.status} has no Location.`);
  return location;
}

/** One line that says what was answered, for a failure's message. */
export function describeAnswer(answer: Answer): string {
  return `${answer.status} ${answer.body.subarray(0, 300).toString()}`;
}

const octets = { 'content-type': 'application/octet-stream' };

function cut(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.max(1, Math.ceil(bytes.byteLength / count));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.byteLength; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
