import { type Answer, RawConnection } from './raw-connection.ts';

/** One client of a registry: one kept connection, one request at a time. Every error answer is thrown. */
export class PushClient {
  readonly #connection: RawConnection;
  readonly #origin: string;
  readonly #credentials: string;

  constructor(origin: string, authorization?: string) {
    this.#origin = origin;
    this.#credentials = authorization === undefined ? '' : `Authorization: ${authorization}\r\n`;
    this.#connection = new RawConnection(origin);
  }

  /** POST and one PUT that carries the bytes, given in pieces; only the POST where the server links the blob from a repository that has it. */
  async pushBlob(repository: string, digest: string, pieces: readonly Buffer[], mountFrom?: string): Promise<void> {
    const query = mountFrom === undefined ? '' : `?mount=${digest}&from=${mountFrom}`;
    const { status, location = '' } = await this.#send('POST', `/v2/${repository}/blobs/uploads/${query}`, '', []);
    if (status === 201) return;
    const upload = new URL(location, this.#origin);
    upload.searchParams.set('digest', digest);
    await this.#send('PUT', `${upload.pathname}${upload.search}`, 'Content-Type: application/octet-stream\r\n', pieces);
  }

  /** Begins an upload; resolves to the path of its next request. */
  async beginUpload(repository: string): Promise<string> {
    const { location = '' } = await this.#send('POST', `/v2/${repository}/blobs/uploads/`, '', []);
    const upload = new URL(location, this.#origin);
    return `${upload.pathname}${upload.search}`;
  }

  /** `reference`: a tag or a digest; after a digest `?tag=` may follow, up to 32 times. */
  async pushManifest(repository: string, reference: string, mediaType: string, body: Buffer): Promise<void> {
    await this.#send('PUT', `/v2/${repository}/manifests/${reference}`, `Content-Type: ${mediaType}\r\n`, [body]);
  }

  /** `reference`: a tag or a digest. */
  async deleteManifest(repository: string, reference: string): Promise<void> {
    await this.#send('DELETE', `/v2/${repository}/manifests/${reference}`, '', []);
  }

  /** Reads one answer whole. */
  async read(method: 'GET' | 'HEAD', path: string, accept: string): Promise<Answer> {
    return this.#send(method, path, `Accept: ${accept}\r\n`, []);
  }

  close(): void {
    this.#connection.close();
  }

  async #send(method: string, path: string, headers: string, pieces: readonly Buffer[]): Promise<Answer> {
    const answer = await this.#connection.send(method, path, `${this.#credentials}${headers}`, pieces);
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer;
  }
}
