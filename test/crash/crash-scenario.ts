import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failpoint } from '../../packages/server/src/registry/failpoints.ts';
import { auditDisk, letTimePass } from './disk-audit.ts';
import { blobOf, imageOf, type Manifest } from './image.ts';
import { type Answer, describeAnswer, locationOf, NoAnswerError, RegistryClient } from './registry-client.ts';
import { walkRegistry } from './registry-walk.ts';
import { type ServerProcess, startCommand, startServer } from './server-process.ts';

/** Content and the place where it was pushed. */
export interface Pushed {
  readonly repository: string;
  readonly tag: string;
  readonly manifest: Manifest;
}

const noGrace = { LONGSHORE_GC_GRACE_HOURS: '0', LONGSHORE_GC_UNTAGGED: 'delete', LONGSHORE_GC_UNTAGGED_AFTER_HOURS: '0' };

/** One data directory with a server that may be killed and started again, and the client that talks to it. */
export class CrashScenario {
  readonly data: string;
  readonly client: RegistryClient;
  /** Directories of the stores besides `default`, by name. */
  readonly stores: Readonly<Record<string, string>>;
  readonly #env: Readonly<Record<string, string>>;
  #server: ServerProcess | undefined;

  /** The database and the stores are below `directory`; every scenario has the store `second` besides `default`. */
  constructor(directory: string) {
    this.data = join(directory, 'data');
    this.stores = { second: join(directory, 'second') };
    const file = join(directory, 'longshore.yaml');
    mkdirSync(this.data, { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({ mirrorRepositories: [{ name: 'second', type: 'local', storage: { path: this.stores['second'] } }] }),
    );
    this.#env = { LONGSHORE_CONFIG: file };
    this.client = new RegistryClient(() => {
      assert.ok(this.#server, 'no server is running');
      return this.#server.baseUrl;
    });
  }

  /** Starts the server, to die at `failpoint` when one is given. */
  async start(failpoint?: string, workers?: number, settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const env = { ...this.#env, ...settings, ...(failpoint !== undefined && { LONGSHORE_FAILPOINT: failpoint }) };
    this.#server = await startServer({ data: this.data, workers, env });
  }

  /** Kills whatever runs. */
  async kill(): Promise<void> {
    await this.#server?.kill();
    this.#server = undefined;
  }

  /** Ends the server politely, which must succeed. */
  async stop(): Promise<void> {
    const ending = await this.#server?.stop();
    assert.deepEqual(ending, { code: 0, signal: null }, this.#server?.output());
    this.#server = undefined;
  }

  /** Runs `operation` on a server that must die at `failpoint` before it answers. */
  async dieAt(failpoint: Failpoint, operation: () => Promise<unknown>): Promise<void> {
    await this.kill();
    await this.start(failpoint);
    const outcome = await operation().then(
      (answer) => `the operation was answered: ${JSON.stringify(answer)}`,
      (error: unknown) => (error instanceof NoAnswerError ? undefined : error),
    );
    assert.equal(outcome, undefined, `failpoint ${failpoint} was not reached`);
    const ending = await this.#server?.ended;
    assert.equal(ending?.signal, 'SIGKILL', `failpoint ${failpoint} did not kill the server`);
    this.#server = undefined;
    await this.start();
  }

  /**
   * Asks a server without grace for work that goes on behind its answer, in which it must die at `failpoint`; by the time it is started again
   * what it had claimed is free.
   */
  async dieBehind(failpoint: string, operation: () => Promise<Answer>): Promise<void> {
    await this.kill();
    await this.start(failpoint, undefined, noGrace);
    const answer = await operation();
    assert.ok(answer.status >= 200 && answer.status < 300, describeAnswer(answer));
    const ending = await this.#server?.ended;
    assert.equal(ending?.signal, 'SIGKILL', `failpoint ${failpoint} did not kill the server`);
    this.passTime();
    await this.start(undefined, undefined, noGrace);
  }

  /** Ends the claims of whoever died, and makes unfinished uploads expire. */
  passTime(): void {
    letTimePass(this.data);
  }

  /** Collects garbage in a process of its own without grace; `failpoint` must kill it. */
  async collectGarbage(failpoint?: Failpoint): Promise<void> {
    await this.#run(['gc'], noGrace, failpoint);
  }

  /** Moves a project in a process of its own; `failpoint` must kill it. */
  async moveProject(project: string, to: string, failpoint?: Failpoint): Promise<void> {
    await this.#run(['store', 'move', project, '--to', to], {}, failpoint);
  }

  /** The authorization of the administrator that the first start made. */
  async administrator(): Promise<string> {
    const token = await this.#run(['token', 'create', 'admin', '--name', 'crash'], {}, undefined);
    return `Basic ${Buffer.from(`admin:${token.trim()}`).toString('base64')}`;
  }

  async #run(args: readonly string[], settings: Readonly<Record<string, string>>, failpoint: Failpoint | undefined): Promise<string> {
    const armed = failpoint === undefined ? {} : { LONGSHORE_FAILPOINT: failpoint };
    const command = startCommand(args, { data: this.data, env: { ...this.#env, ...settings, ...armed } });
    const ending = await command.ended;
    const expected = failpoint === undefined ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' };
    assert.deepEqual(ending, expected, `${failpoint === undefined ? '' : `failpoint ${failpoint} was not reached\n`}${command.output()}`);
    return command.output();
  }

  /** Pushes an image whose every answer must be a success. */
  async push(repository: string, tag: string, manifest: Manifest): Promise<Pushed> {
    for (const { bytes, digest } of manifest.blobs) {
      const answer = await this.client.pushBlob(repository, bytes, 'post-put', digest.startsWith('sha512') ? 'sha512' : 'sha256');
      assert.equal(answer.status, 201, describeAnswer(answer));
    }
    const answer = await this.client.putManifest(repository, tag, manifest);
    assert.equal(answer.status, 201, describeAnswer(answer));
    return { repository, tag, manifest };
  }

  /** Begins an upload and sends these bytes; where it goes on. */
  async beginUpload(repository: string, bytes: Uint8Array): Promise<string> {
    const started = await this.client.send('POST', `/v2/${repository}/blobs/uploads/`);
    return locationOf(accepted(await this.client.sendChunks(locationOf(accepted(started)), bytes, 1)));
  }

  /** Everything acknowledged is there byte for byte, and whatever is listed can be read. */
  async check(acknowledged: readonly Pushed[]): Promise<void> {
    for (const { repository, tag, manifest } of acknowledged) {
      const answer = await this.client.getManifest(repository, tag);
      assert.equal(answer.status, 200, `${repository}:${tag} was acknowledged: ${describeAnswer(answer)}`);
      assert.deepEqual(answer.body, manifest.bytes);
      for (const blob of manifest.blobs) await this.checkBlob(repository, blob.digest, blob.bytes);
    }
    assert.deepEqual((await walkRegistry(this.client)).problems, []);
  }

  /** The blob is readable byte for byte. */
  async checkBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void> {
    const answer = await this.client.getBlob(repository, digest);
    assert.equal(answer.status, 200, `${digest} was acknowledged: ${describeAnswer(answer)}`);
    assert.ok(answer.body.equals(bytes), `${digest} is corrupt`);
  }

  /** After uploads expired and two sweeps without grace, the files are exactly the live placements; the acknowledged stays. */
  async checkNothingLeaks(acknowledged: readonly Pushed[]): Promise<void> {
    letTimePass(this.data);
    await this.collectGarbage();
    // A file whose other name went a moment ago, with its upload, counts as changed then.
    await this.collectGarbage();
    const audit = auditDisk(this.data, this.stores);
    assert.deepEqual({ leaked: audit.leaked, lost: audit.lost }, { leaked: [], lost: [] });
    await this.check(acknowledged);
    await this.stop();
  }
}

/** The answer, which must be a 202. */
export function accepted(answer: Answer): Answer {
  assert.equal(answer.status, 202, describeAnswer(answer));
  return answer;
}

/** A small image that no other call makes. */
export function newImage(name: string, subject?: Manifest): Manifest {
  const config = blobOf(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', name })));
  return imageOf(
    config,
    [blobOf(Buffer.from(`layer of ${name} `.repeat(2000))), blobOf(Buffer.from(`second layer of ${name}`), 'sha512')],
    subject,
  );
}
