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
  #pid: number | undefined;
  #isEnding = false;
  #died: string | undefined;

  constructor(endpoint: Endpoint, data: string, env: Record<string, string>) {
    this.endpoint = endpoint;
    this.data = data;
    this.#env = env;
  }

  get url(): string {
    return `http://${hostOf(this.endpoint)}`;
  }

  /** Its process; undefined while none runs. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** How it ended without being asked to, if it ever did: nothing that fails around a server may end it. */
  get died(): string | undefined {
    return this.#died;
  }

  /** What it wrote since its last start. */
  output(): string {
    return this.#server?.output() ?? '';
  }

  async start(): Promise<void> {
    await mkdir(this.data, { recursive: true });
    this.#isEnding = false;
    const server = await startServer({ data: this.data, listen: hostOf(this.endpoint), env: this.#env });
    this.#server = server;
    this.#pid = server.pid;
    void server.ended.then((ending) => {
      if (this.#server === server) this.#pid = undefined;
      if (!this.#isEnding) this.#died = `${JSON.stringify(ending)}\n${server.output()}`;
    });
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    await this.#server?.kill();
  }

  /** Makes it stand still, or go on. */
  freeze(frozen: boolean): void {
    if (this.#server !== undefined) process.kill(this.#server.pid, frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** SIGTERM; how it ended. */
  async stop(): Promise<Ending | undefined> {
    this.#isEnding = true;
    return this.#server?.stop();
  }
}
