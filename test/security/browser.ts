import type { TestClient } from '../protocol/http-client.ts';
import type { TestRegistry } from '../protocol/registry-fixture.ts';

/** An answer that a page of the registry got. */
export interface BrowserAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A browser with its cookies, as far as signing in needs one: it follows no redirect by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #client: TestClient;
  readonly #origin: string;

  constructor({ client, url }: Pick<TestRegistry, 'client' | 'url'>) {
    this.#client = client;
    this.#origin = url;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<BrowserAnswer> {
    return this.#send('GET', path, headers);
  }

  /** Sends a form, as from a page of the registry unless `headers` say otherwise. */
  async post(path: string, form: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<BrowserAnswer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded', origin: this.#origin };
    return this.#send('POST', path, { ...type, ...headers }, new URLSearchParams(form).toString());
  }

  /** Calls the management API with the session alone. */
  async api(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<BrowserAnswer> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    return this.#send(method, `/api/v1${path}`, { origin: this.#origin, ...type, ...headers }, json);
  }

  /** Signs in; answers what the form led to. */
  async signIn(name: string, password: string): Promise<BrowserAnswer> {
    return this.post('/auth/sign-in', { name, password });
  }

  async #send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string): Promise<BrowserAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...(cookie !== '' && { cookie }), ...headers };
    const answer = await this.#client.send(method, path, { headers: all, ...(body !== undefined && { body }) });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: answer.status, headers: answer.headers, text: answer.body.toString() };
  }
}

/** The token in a form of a page. */
export function csrfOf({ text }: BrowserAnswer): string {
  return /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}
