import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, describeAnswer, NoAnswerError, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';

/** JSON as it comes, to be looked into by whoever asked for it. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, each compared with what it must be
export type Answered = any;

/** An answer of the management API. */
export interface ManagementAnswer {
  readonly status: number;
  readonly body: Answered;
  readonly etag: string | undefined;
  /** One line for a finding. */
  readonly text: string;
}

/** How long somebody who may ask again does so: longer than any fault lasts. */
const mostTries = 60;

/** Speaks the management API as an administrator. Throws `NoAnswerError` when the connection breaks, as the client below does. */
export class ManagementClient {
  readonly #client: RegistryClient;
  readonly #password: string;
  #authorization: string | undefined;

  constructor(client: RegistryClient, password: string) {
    this.#client = client;
    this.#password = password;
  }

  /** One request. Whether it was done is unknown when it throws. */
  async send(method: string, path: string, json?: object, etag?: string): Promise<ManagementAnswer> {
    this.#authorization ??= await this.#logIn();
    return shown(await this.#request(method, path, this.#authorization, json, etag));
  }

  /** Again and again until there is an answer; for what may be done twice. */
  async ask(method: string, path: string, json?: object, etag?: string): Promise<ManagementAnswer> {
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await this.send(method, path, json, etag);
        if (!passingStatuses.includes(answer.status) || tries === mostTries) return answer;
      } catch (error) {
        if (!(error instanceof NoAnswerError) || tries === mostTries) throw error;
      }
      await wait(500);
    }
  }

  /** A password costs a registry a lot of work, a token little. */
  async #logIn(): Promise<string> {
    const basic = `Basic ${Buffer.from(`admin:${this.#password}`).toString('base64')}`;
    const answer = await this.#request('POST', '/users/admin/tokens', basic, { name: 'torture' });
    if (answer.status !== 201) throw new NoAnswerError(new Error(`no token: ${describeAnswer(answer)}`));
    return `Bearer ${(JSON.parse(answer.body.toString()) as { token: string }).token}`;
  }

  #request(method: string, path: string, authorization: string, json?: object, etag?: string): Promise<Answer> {
    const headers = {
      authorization,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(etag === undefined ? {} : { 'if-match': etag }),
    };
    const body = json === undefined ? {} : { body: Buffer.from(JSON.stringify(json)) };
    return this.#client.send(method, `/api/v1${path}`, { headers, ...body });
  }
}

function shown(answer: Answer): ManagementAnswer {
  const text = answer.body.toString();
  const isJson = /json/.test(answer.headers['content-type'] ?? '') && text !== '';
  return { status: answer.status, body: isJson ? JSON.parse(text) : {}, etag: answer.headers.etag, text: describeAnswer(answer) };
}
