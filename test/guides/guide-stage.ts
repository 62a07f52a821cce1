import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type ClientHome, createClientHome } from '../clients/client-home.ts';
import type { startHaproxy } from '../tools/haproxy.ts';
import { type Endpoint, hostOf, type LoadBalancer } from '../tools/load-balancer.ts';
import { testToolsDirectory } from '../tools/programs.ts';
import { type StartedProcess, startProcess } from '../tools/started-process.ts';
import { localised } from './guide-blocks.ts';
import { type Surroundings, startSurroundings } from './surroundings.ts';

/** Names of a guide, and what stands for them here. */
type Names = Readonly<Record<string, string>>;

const mainPath = join(import.meta.dirname, '../../packages/server/src/main.ts');

/** Where a guide is done step by step: servers that are started from its blocks, and clients that trust and know them. */
export class GuideStage {
  readonly around: Surroundings;
  readonly #home: ClientHome;
  readonly #servers = new Map<string, StartedProcess>();
  readonly #balancers = new Map<Endpoint, LoadBalancer>();

  private constructor(around: Surroundings, home: ClientHome) {
    this.around = around;
    this.#home = home;
  }

  /** `endpoints`: of everything that clients reach. */
  static async open(endpoints: readonly Endpoint[]): Promise<GuideStage> {
    const home = await createClientHome();
    // As root, PostgreSQL runs under another user, who must be able to read its certificate.
    await chmod(home.directory, 0o711);
    return new GuideStage(
      await startSurroundings(
        home.directory,
        endpoints.map(({ address }) => address),
      ),
      home,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#balancers.values(), ...this.#servers.values()].map((each) => each.stop()));
    await this.around.stop();
    await this.#home.remove();
  }

  /** A directory that stands for one of a machine. */
  directory(name: string): string {
    return this.#home.path(name);
  }

  /** Starts `longshore serve --config FILE` with a block of the guide and nothing else; answers with the file. */
  async serve(at: Endpoint, block: string | undefined, names: Names): Promise<string> {
    const file = this.#home.path(`${at.address}.yaml`);
    await writeFile(file, localised(block ?? '', { ...names, '/etc/longshore': this.around.settings }));
    const server = await startProcess(process.execPath, [mainPath, 'serve', '--config', file], {
      ready: new RegExp(`longshore is listening on https?://${hostOf(at)}`),
      env: this.#env,
    });
    this.#servers.set(hostOf(at), server);
    return file;
  }

  /** SIGTERM to the server at this address. */
  async end(at: Endpoint): Promise<void> {
    await this.#servers.get(hostOf(at))?.stop();
    this.#servers.delete(hostOf(at));
  }

  /** Passes on what comes to `at`; one load balancer follows the other there. */
  async balance(start: typeof startHaproxy, at: Endpoint, servers: readonly Endpoint[]): Promise<void> {
    await this.#balancers.get(at)?.stop();
    this.#balancers.delete(at);
    this.#balancers.set(at, await start(at, servers, this.around.certificateFile));
  }

  /** As the administrator, in all clients. */
  async login(host: string): Promise<void> {
    await this.client('crane', 'auth', 'login', host, '--username', 'admin', '--password', this.around.adminPassword);
  }

  /** Makes an image of random bytes and pushes it; its digest. */
  async push(image: string): Promise<string> {
    const content = this.#home.path('layer.tar');
    await writeFile(this.#home.path('content'), randomBytes(50_000));
    await this.#home.run('tar', ['-C', this.#home.directory, '-cf', content, 'content']);
    const pushed = await this.client('crane', 'append', '--new_layer', content, '--new_tag', image);
    return pushed.trim().replace(/.*@/, '');
  }

  /** Runs a client; what it prints. */
  client(program: string, ...args: string[]): Promise<string> {
    return this.#home.run(program, args, { env: this.#env });
  }

  /** Runs a script of the guide by bash; what it prints. */
  script(text: string): Promise<string> {
    const longshore = `longshore() { '${process.execPath}' '${mainPath}' "$@"; }`;
    return this.client('bash', '-c', `${longshore}\n${text}`);
  }

  get #env(): Record<string, string> {
    const path = [join(testToolsDirectory(), 'bin'), process.env['PATH']];
    return {
      SSL_CERT_FILE: this.around.authorityFile,
      PATH: path.join(delimiter),
      // Many servers are started: from the second on in half the time.
      NODE_COMPILE_CACHE: this.#home.path('compiled'),
    };
  }
}
