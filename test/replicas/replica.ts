import { mkdir } from 'node:fs/promises';
import { type Ending, type ServerProcess, startServer } from '../crash/server-process.ts';
import { type Endpoint, hostOf } from '../tools/load-balancer.ts';

/** One server of several on the same database and store, at an address that it keeps when it is started again. */
export class Replica {
  readonly endpoint: Endpoint;
  /** Its own data directory, which no other replica sees. */
  readonly data: string;
  readonly #env: Record<string, string>;
  #server: ServerProcess | undefined;

  constructor(endpoint: Endpoint, data: string, env: Record<string, string>) {
    this.endpoint = endpoint;
    this.data = data;
    this.#env = env;
  }

  get url(): string {
    return `http://${hostOf(this.endpoint)}`;
  }

  /** What it wrote since its last start. */
  output(): string {
    return this.#server?.output() ?? '';
  }

  async start(): Promise<void> {
    await mkdir(this.data, { recursive: true });
    this.#server = await startServer({ data: this.data, listen: hostOf(this.endpoint), env: this.#env });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  /** Makes it stand still, or go on. */
  freeze(frozen: boolean): void {
    if (this.#server !== undefined) process.kill(this.#server.pid, frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** SIGTERM; how it ended. */
  async stop(): Promise<Ending | undefined> {
    return this.#server?.stop();
  }
}
