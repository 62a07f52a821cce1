import { setTimeout as wait } from 'node:timers/promises';
import { blobOf, imageOf, type Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, locationOf, NoAnswerError, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';
import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import type { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
import { basic } from './robots.ts';
import type { Work } from './work.ts';

const user = 'tess';
const password = 'torture-of-tess';
const refusals = [401, 403, 404];
/** So often each thing is tried that must be refused, for several servers to be asked. */
const timesAsked = 3;

/** What somebody began while she might. */
interface Begun {
  readonly token: string | undefined;
  readonly upload: string | undefined;
}

/**
 * Somebody who is given the role of a writer and loses it, and a project that is opened to everybody and closed, again and again: from the
 * promised moment on, whatever she holds and whoever asks, what may not be done is refused.
 */
export class ChangingRoles implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #model: RepositoryModel;
  readonly #reader: Reader;
  readonly #hers: RegistryClient;
  readonly #nobodys: RegistryClient;
  #password = '';
  #pushed = 0;
  #isPublic = false;
  /** What she pushed last. */
  #last: Manifest | undefined;

  constructor(crew: Crew, name: string) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#model = new RepositoryModel(`${name}/app`);
    this.#reader = crew.newReader(crew.newClient());
    this.#hers = crew.newClient(undefined, () => this.#password);
    this.#nobodys = crew.newClient(undefined, () => undefined);
  }

  async prepare(): Promise<void> {
    const project = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'private' });
    const made = await this.#management.ask('POST', '/users', { name: user, password });
    const headers = { authorization: basic(user, password), 'content-type': 'application/json' };
    const body = Buffer.from(JSON.stringify({ name: 'torture' }));
    const token = await this.#nobodys.send('POST', `/api/v1/users/${user}/tokens`, { headers, body });
    if (project.status !== 201 || made.status !== 201 || token.status !== 201)
      throw new Error(`There is nobody to give a role: ${project.text} ${made.text} ${describeAnswer(token)}`);
    this.#password = basic(user, (JSON.parse(token.body.toString()) as { token: string }).token);
  }

  async workUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#crew.options.arena.ready;
      try {
        await this.#give();
        const begun = await this.#pushWhileAllowed();
        await this.#take();
        await this.#expectRefused(begun);
        await this.#show(!this.#isPublic);
      } catch (error) {
        // Whatever was cut off, each of these begins by asking how things are.
        if (!(error instanceof NoAnswerError)) throw error;
      }
    }
  }

  async checkAll(): Promise<void> {
    await this.#reader.checkAll(this.#model);
  }

  async #give(): Promise<void> {
    const wanted = { subject: { kind: 'user', name: user }, role: 'writer' };
    const { status, text } = await this.#management.ask('POST', this.#members, wanted);
    // Given before, by a request whose answer was lost.
    if (status !== 201 && status !== 409) this.#unexpected('a role for somebody', text);
    await wait(this.#crew.options.arena.staleMs);
  }

  async #take(): Promise<void> {
    for (const id of await this.#held()) {
      const { status, text } = await this.#management.ask('DELETE', `${this.#members}/${id}`);
      if (status !== 204 && status !== 404) this.#unexpected('the end of a role', text);
    }
    this.#crew.options.findings.did('roles taken');
    await wait(this.#crew.options.arena.staleMs);
  }

  /** Ids of her memberships. */
  async #held(): Promise<string[]> {
    const { body, status, text } = await this.#management.ask('GET', this.#members);
    if (status !== 200) this.#unexpected('members', text);
    const members = (body.items ?? []) as { readonly id: string; readonly subject: { readonly name: string } }[];
    return members.filter(({ subject }) => subject.name === user).map(({ id }) => id);
  }

  async #pushWhileAllowed(): Promise<Begun> {
    const { findings, ledger } = this.#crew.options;
    const { name } = this.#model;
    this.#pushed += 1;
    const config = blobOf(Buffer.from(JSON.stringify({ pushed: this.#pushed })));
    const manifest = imageOf(config, []);
    const stored = await this.#hers.pushBlob(name, config.bytes, 'post-put');
    this.#expectAllowed('push of a blob', stored);
    if (stored.status !== 201) return { token: undefined, upload: undefined };
    this.#model.maybeStored(manifest, 'latest');
    const answer = await this.#hers.putManifest(name, 'latest', manifest);
    this.#expectAllowed('push of a manifest', answer);
    if (answer.status === 201) {
      this.#model.stored(manifest, 'latest');
      ledger.note('manifest.pushed', name);
      findings.did('pushes in a role that changes');
    }
    const upload = await this.#hers.send('POST', `/v2/${name}/blobs/uploads/`);
    const scope = encodeURIComponent(`repository:${name}:pull,push`);
    const token = await this.#hers.send('GET', `/auth/token?service=longshore&scope=${scope}`);
    this.#last = manifest;
    return {
      upload: upload.status === 202 ? locationOf(upload) : undefined,
      token: token.status === 200 ? `Bearer ${(JSON.parse(token.body.toString()) as { token: string }).token}` : undefined,
    };
  }

  /** By her own password, by a token that she got before, and for what she began before. */
  async #expectRefused({ token, upload }: Begun): Promise<void> {
    const manifest = this.#last;
    if (manifest === undefined) return;
    const { name } = this.#model;
    const { bytes: body, mediaType } = manifest;
    const put = { headers: { 'content-type': mediaType }, body };
    const tries: [string, () => Promise<Answer>][] = [['a push', () => this.#hers.send('PUT', `/v2/${name}/manifests/late`, put)]];
    if (token !== undefined) {
      const headers = { ...put.headers, authorization: token };
      tries.push(['a push with a token', () => this.#hers.send('PUT', `/v2/${name}/manifests/late`, { headers, body })]);
    }
    if (upload !== undefined) tries.push(['an upload', () => this.#hers.send('PATCH', upload, { body })]);
    if (!this.#isPublic) tries.push(['a pull', () => this.#hers.getManifest(name, 'latest')]);
    for (const [what, attempt] of repeated(tries)) {
      const answer = await attempt();
      if ([...refusals, ...passingStatuses].includes(answer.status)) continue;
      this.#model.maybeStored(manifest, 'late');
      // A request that was held up may have given the role again.
      if ((await this.#held()).length > 0) return;
      this.#unexpected(`${what} by somebody who has lost the role`, describeAnswer(answer));
    }
  }

  /** Opens the project to everybody, or closes it. */
  async #show(isPublic: boolean): Promise<void> {
    const path = `/projects/${this.#name}`;
    const { etag } = await this.#management.ask('GET', path);
    const { status, text } = await this.#management.ask('PATCH', path, { visibility: isPublic ? 'public' : 'private' }, etag);
    // Set before, by a request whose answer was lost.
    if (status !== 200 && status !== 412) this.#unexpected('a change of visibility', text);
    if (status !== 200 && (await this.#management.ask('GET', path)).body.visibility !== (isPublic ? 'public' : 'private')) return;
    this.#isPublic = isPublic;
    this.#crew.options.findings.did('visibility changed');
    await wait(this.#crew.options.arena.staleMs);
    const [certain, ...others] = this.#model.possible('latest');
    for (let times = 0; times < timesAsked; times += 1) {
      const answer = await this.#nobodys.getManifest(this.#model.name, 'latest');
      if (passingStatuses.includes(answer.status)) continue;
      const isRight = isPublic ? answer.status === 200 || certain === undefined || others.length > 0 : refusals.includes(answer.status);
      if (!isRight) this.#unexpected(`a pull by nobody from a project that is ${isPublic ? 'public' : 'private'}`, describeAnswer(answer));
    }
  }

  #expectAllowed(what: string, answer: Answer): void {
    if (answer.status !== 201 && !passingStatuses.includes(answer.status))
      this.#unexpected(`${what} by somebody with the role`, describeAnswer(answer));
  }

  #unexpected(what: string, text: string): void {
    this.#crew.options.findings.add('unexpected', `${this.#name}: ${what} answers ${text}`);
  }

  get #members(): string {
    return `/projects/${this.#name}/members`;
  }
}

function repeated<T>(tries: readonly T[]): T[] {
  return Array.from({ length: timesAsked }, () => tries).flat();
}
