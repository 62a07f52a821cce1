import { RegistryClient } from '../crash/registry-client.ts';
import type { Arena } from './arena.ts';
import { ContentMaker } from './content-maker.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import { ManagementClient } from './management-client.ts';
import { Pusher } from './pusher.ts';
import { Reader } from './reader.ts';
import type { Refuses } from './refusals.ts';
import type { RepositoryModel } from './repository-model.ts';
import { RetryingClient } from './retrying-client.ts';
import { basic, makeRobot } from './robots.ts';
import type { SeededRandom } from './seeded-random.ts';
import { type Action, TortureClient } from './torture-client.ts';

/** What everybody who works on an arena shares. */
export interface CrewOptions {
  readonly arena: Arena;
  readonly random: SeededRandom;
  readonly findings: Findings;
  readonly ledger: Ledger;
  readonly graceMs: number;
  /** Whether broken requests are repeated, as standard clients do. */
  readonly repeats: boolean;
  /** The share of blobs that take S3 several parts. */
  readonly largeShare: number;
  readonly password: string;
}

/** One who works: repositories that nobody else writes to, and what is done with them besides. */
export interface Hand {
  readonly name: string;
  readonly models: readonly RepositoryModel[];
  readonly refuses?: Refuses | undefined;
  /** Who it is; the robot of all when it is left out. */
  readonly authorization?: () => string;
  /** As in `TortureClientOptions`. */
  readonly tags?: readonly string[] | undefined;
  readonly further?: (random: SeededRandom) => readonly Action[];
}

/** Makes those who work on an arena. */
export class Crew {
  readonly options: CrewOptions;
  readonly #clients: RegistryClient[] = [];
  readonly #mountSources: string[] = [];
  #robot: string | undefined;

  constructor(options: CrewOptions) {
    this.options = options;
  }

  /** From now on everybody works as a robot that may do everything in every project but rule it. */
  async signIn(): Promise<void> {
    const { userName, secret } = await makeRobot(this.newManagement(), undefined, 'torture', 'maintainer');
    this.#robot = basic(userName, secret);
  }

  /** A client; each goes its own way to the servers. */
  newClient(number = this.#clients.length, authorization: () => string | undefined = () => this.#robot): RegistryClient {
    const { arena, findings, repeats } = this.options;
    const url = (): string => arena.urlOf(number);
    const client = repeats ? new RetryingClient(url, findings, authorization) : new RegistryClient(url, authorization);
    this.#clients.push(client);
    return client;
  }

  /** An administrator. */
  newManagement(): ManagementClient {
    return new ManagementClient(this.newClient(), this.options.password);
  }

  newReader(client: RegistryClient): Reader {
    return new Reader(client, this.options.findings, this.options.arena.staleMs);
  }

  /** One who pushes, deletes and pulls in repositories of its own; blobs are mounted from everybody's. */
  newTortureClient({ name, models, refuses, authorization, tags, further }: Hand): TortureClient {
    const { arena, findings, ledger, graceMs, largeShare } = this.options;
    this.#mountSources.push(...models.map((model) => model.name));
    const client = this.newClient(undefined, authorization);
    const random = this.options.random.fork(name);
    const pusher = new Pusher({ client, random, findings, ledger, graceMs, mountSources: this.#mountSources, refuses });
    const content = new ContentMaker(random, this.options.random, largeShare);
    const reader = this.newReader(client);
    const ready = () => arena.ready;
    const own = { client, random, findings, ledger, content, pusher, reader, models, ready, tags };
    return new TortureClient({ ...own, further: further?.(random) });
  }

  /** Drops every connection. */
  close(): void {
    for (const client of this.#clients) client.close();
  }
}
