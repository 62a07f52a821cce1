import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { QueueFull, TurnQueue } from '../turn-queue.ts';
import { exchangeJson, RefusedQuestion } from './cluster-exchange.ts';

/** A mounted token is replaced long before it ends. */
const rereadTokenMs = 30_000;
/** An API server that answers nobody is not asked again before. */
const pauseMs = 1000;
/** Of an API server that refuses single questions, or leaves them without an answer, the log tells no more often. */
const tellMs = 60_000;
/** What an API server is asked at once in a lane. */
const atOnce = 16;
/** Of that about one party, so that one whose questions all hang leaves room; who made up a token is no party. */
const atOnceOfOne = { first: atOnce, again: 4 };
/** Beyond that nobody's turn would come in time. */
const mostWaiting = { first: 512, again: 4096 };
const mostOfOne = 512;

/** Where an API server is, and who the registry is to it. */
export interface ClusterAddress {
  /** Name in the configuration. */
  readonly name: string;
  readonly server: string;
  /** PEM files; undefined: the authorities that the system trusts. */
  readonly caFile: string | undefined;
  /** Holds the registry's own token; read again as it is replaced. */
  readonly tokenFile: string;
  /** Between a question and its answer, and for a turn to ask. */
  readonly timeoutMs: number;
}

/**
 * Who asks: `first` is a token that was not seen before, which anybody can make up; `again` is whatever was proved, and waits in another line, so that
 * a flood of made-up tokens keeps nobody out who is in.
 */
export type Lane = 'first' | 'again';

/** When it is asked. */
export interface Turn {
  readonly lane: Lane;
  /** The name of whom the question is about: whoever asks much waits for itself alone. Empty where that is not proved. */
  readonly about: string;
}

/** Whoever makes one account of a namespace may make more of them: they have one turn. */
function partyOf(name: string): string {
  return /^system:serviceaccount:[^:]*/.exec(name)?.[0] ?? name;
}

interface ConnectionOptions {
  readonly address: ClusterAddress;
  readonly logger: Logger;
  /** A clock that never goes back, as that of the day may. */
  readonly elapsed: () => Millis;
}

interface LaneState {
  readonly queue: TurnQueue;
  answeredAt: Millis;
  awayUntil: Millis;
}

/**
 * Asks one API server, as few things at once as it can bear, and never for longer than its bound. One that answered nothing since a question was asked that
 * failed is away for a moment: nobody waits for it. A question that alone is late or fails stops no other, as on a busy API server.
 */
export class ClusterConnection {
  readonly #options: ConnectionOptions;
  readonly #lanes: Readonly<Record<Lane, LaneState>>;
  #agent: Promise<Agent> | undefined;
  #token: { readonly text: string; readonly readAt: Millis } | undefined;
  #isAway = false;
  readonly #toldAt = { late: -Infinity, refused: -Infinity };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const waitMs = options.address.timeoutMs;
    const lane = (name: Lane): LaneState => ({
      queue: new TurnQueue({ atOnce, atOnceOfOne: atOnceOfOne[name], mostWaiting: mostWaiting[name], mostOfOne, waitMs }),
      answeredAt: -Infinity,
      awayUntil: -Infinity,
    });
    this.#lanes = { first: lane('first'), again: lane('again') };
  }

  /** Sends an object and answers the one that comes back. Rejects with a `RegistryError` (503, Retry-After) when none does. */
  create(path: string, object: object, turn: Turn): Promise<unknown> {
    return this.#ask('POST', path, JSON.stringify(object), turn);
  }

  /** As `create`, for what is there already. */
  read(path: string): Promise<unknown> {
    return this.#ask('GET', path, undefined, { lane: 'again', about: '' });
  }

  async #ask(method: string, path: string, body: string | undefined, turn: Turn): Promise<unknown> {
    const lane = this.#lanes[turn.lane];
    const requireThere = () => {
      if (this.#options.elapsed() < lane.awayUntil) throw this.#unavailable();
    };
    requireThere();
    let askedAt = Infinity;
    try {
      return await lane.queue.run(partyOf(turn.about), async () => {
        // It may have been found away while this waited for its turn.
        requireThere();
        askedAt = this.#options.elapsed();
        const answer = await this.#send(method, path, body);
        lane.answeredAt = this.#options.elapsed();
        this.#noteBack();
        return answer;
      });
    } catch (error) {
      if (error instanceof RegistryError) throw error;
      if (error instanceof QueueFull) throw this.#unavailable();
      this.#noteFailure(lane, askedAt, error);
      throw this.#unavailable();
    }
  }

  async #send(method: string, path: string, body: string | undefined): Promise<unknown> {
    const { server, timeoutMs } = this.#options.address;
    const [agent, token] = [await this.#agentOfCluster(), await this.#ownToken()];
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
    const exchange = { url: new URL(path, server), method, agent, headers, body, signal: AbortSignal.timeout(timeoutMs) };
    const { status, text } = await exchangeJson(exchange);
    if (status === 200 || status === 201) return JSON.parse(text);
    // Of a token that was replaced early.
    if (status === 401) this.#token = undefined;
    const says = `${method} ${path}: status ${status}: ${text.slice(0, 500)}`;
    throw [400, 413, 422].includes(status) ? new RefusedQuestion(says) : new Error(says);
  }

  #agentOfCluster(): Promise<Agent> {
    const { caFile } = this.#options.address;
    this.#agent ??= (async () => {
      const ca = caFile === undefined ? undefined : await readFile(caFile);
      return new Agent({ keepAlive: true, maxSockets: 32, ...(ca && { ca }) });
    })();
    // A file that is not there yet is looked for again.
    this.#agent.catch(() => {
      this.#agent = undefined;
    });
    return this.#agent;
  }

  async #ownToken(): Promise<string> {
    const { address, elapsed } = this.#options;
    const known = this.#token;
    if (known !== undefined && elapsed() - known.readAt < rereadTokenMs) return known.text;
    const text = (await readFile(address.tokenFile, 'utf8')).trim();
    this.#token = { text, readAt: elapsed() };
    return text;
  }

  /** What only this question met says nothing of others: neither that it is refused, nor that it fails while others are answered. */
  #noteFailure(lane: LaneState, askedAt: Millis, error: unknown): void {
    const now = this.#options.elapsed();
    if (error instanceof RefusedQuestion) {
      this.#noteSome('refused', now, error);
    } else if (lane.answeredAt >= askedAt) {
      this.#noteSome('late', now, error);
    } else {
      lane.awayUntil = now + pauseMs;
      this.#noteAway(error);
    }
  }

  #noteSome(what: 'late' | 'refused', now: Millis, error: unknown): void {
    const { address, logger } = this.#options;
    if (now - this.#toldAt[what] < tellMs) return;
    this.#toldAt[what] = now;
    const advice = {
      late: `answers, but for some questions: whoever waits for those is answered 503. If it is slow, raise timeoutSeconds of the cluster (${address.timeoutMs / 1000})`,
      refused:
        'refuses some questions: whoever those are about is answered 503, however long it is given. The error says what it does not take: look at its ' +
        'version, at what stands before it, and at the names and groups of whom it is about',
    };
    logger.warn(`The API server of the cluster ${address.name} ${advice[what]}`, { cluster: address.name, error });
  }

  #noteAway(error: unknown): void {
    const { address, logger } = this.#options;
    if (this.#isAway) return;
    this.#isAway = true;
    const advice =
      'whoever needs it is answered 503. Check the address, the authority, and that the ServiceAccount of the token has system:auth-delegator';
    logger.error(`The API server of the cluster ${address.name} does not answer: ${advice}`, { cluster: address.name, error });
  }

  #noteBack(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#options.logger.info(`The API server of the cluster ${this.#options.address.name} answers again`);
  }

  #unavailable(): RegistryError {
    const message = `The cluster ${this.#options.address.name}, which says who you are and what you may do, does not answer in time: repeat the request in some seconds.`;
    return new RegistryError('UNAVAILABLE', { message, headers: { 'Retry-After': '2' } });
  }
}
