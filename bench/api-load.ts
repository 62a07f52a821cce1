import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { people, tokenOf } from '../packages/server/src/metadata/large-tenancy-bench.ts';
import type { ListQuery, Person } from './api-lists.ts';
import { quantile } from './table.ts';

/** Requests one after the other, unless they take so long that fewer must do. */
const mostSamples = 40;
const limitMs = 1000;
const atOnce = 4;

/** How long answers took, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** With four clients. */
  readonly p95AtOnce: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a server as one person, over kept connections. */
export class ApiLoad {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #headers: Readonly<Record<string, string>>;

  constructor(origin: string, person: Person) {
    this.#origin = origin;
    const credentials = person === 'everybody' ? undefined : `${people[person]}:${tokenOf(people[person])}`;
    this.#headers = credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }

  /** The address of a late page, by the cursor of the first; undefined where there is only one page. */
  async lateOf(query: ListQuery): Promise<ListQuery | undefined> {
    const { next } = JSON.parse((await this.ask(query)).body) as { next?: string };
    if (query.late === undefined || next === undefined) return undefined;
    const [list, keys] = JSON.parse(Buffer.from(next, 'base64url').toString()) as [string, unknown];
    // Of a pair only what the plan does not know stays as it is.
    const late = Array.isArray(query.late) && query.late[0] === 0 && Array.isArray(keys) ? [keys[0], ...query.late.slice(1)] : query.late;
    const cursor = Buffer.from(JSON.stringify([list, late])).toString('base64url');
    return { ...query, path: `${query.path}${query.path.includes('?') ? '&' : '?'}cursor=${cursor}` };
  }

  /** Asks often enough for percentiles. */
  async measure(query: ListQuery): Promise<Latency> {
    for (let n = 0; n < 3; n++) await this.ask(query);
    const alone = await this.#sample(query, 1);
    const together = await this.#sample(query, atOnce);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(alone, share)) as [number, number, number];
    return { p50, p95, p99, p95AtOnce: quantile(together, 0.95) };
  }

  /** One answer; throws on an error, which no list has. */
  async ask({ method = 'GET', path }: ListQuery): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const sent = request(`${this.#origin}${path}`, { method, agent: this.#agent, headers: this.#headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      });
      sent.on('error', reject);
      sent.end();
    });
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #sample(query: ListQuery, clients: number): Promise<number[]> {
    const took: number[] = [];
    const end = performance.now() + limitMs;
    let left = mostSamples;
    const work = async (): Promise<void> => {
      while (left-- > 0 && performance.now() < end) {
        const from = performance.now();
        await this.ask(query);
        took.push(performance.now() - from);
      }
    };
    await Promise.all(Array.from({ length: clients }, work));
    return took;
  }
}
