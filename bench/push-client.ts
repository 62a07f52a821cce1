import { Agent, type IncomingHttpHeaders, request } from 'node:http';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** One client of a registry: one kept connection, one request at a time. */
export class PushClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** POST and one PUT that carries the bytes, given in pieces. */
  async pushBlob(repository: string, digest: string, pieces: readonly Buffer[]): Promise<void> {
    const begun = await this.#send('POST', new URL(`/v2/${repository}/blobs/uploads/`, this.#origin), {}, []);
    const upload = new URL(begun.headers.location ?? '', this.#origin);
    upload.searchParams.set('digest', digest);
    await this.#send('PUT', upload, { 'content-type': 'application/octet-stream' }, pieces);
  }

  /** `reference`: a tag or a digest. */
  async pushManifest(repository: string, reference: string, mediaType: string, body: Buffer): Promise<void> {
    await this.#send('PUT', new URL(`/v2/${repository}/manifests/${reference}`, this.#origin), { 'content-type': mediaType }, [body]);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, url: URL, headers: Record<string, string>, pieces: readonly Buffer[]): Promise<Answer> {
    const length = pieces.reduce((total, { length }) => total + length, 0);
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, agent: this.#agent, headers: { ...headers, 'content-length': length } });
      sent.once('error', reject);
      sent.once('response', (response) => {
        const { statusCode: status = 0, headers } = response;
        const text: string[] = [];
        response.setEncoding('utf8').on('data', (part: string) => text.push(part));
        response.once('error', reject);
        response.once('end', () => {
          if (status >= 200 && status < 300) resolve({ status, headers });
          else reject(new Error(`${method} ${url.pathname}: ${status} ${text.join('')}`));
        });
      });
      const sendNext = (index: number): void => {
        const piece = pieces[index];
        if (piece === undefined) sent.end();
        else sent.write(piece, (error) => error ?? sendNext(index + 1));
      };
      sendNext(0);
    });
  }
}
