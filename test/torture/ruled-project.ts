import type { Manifest } from '../crash/image.ts';
import { type Answer, describeAnswer, NoAnswerError, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';
import { ContentMaker } from './content-maker.ts';
import type { Crew } from './crew.ts';
import type { ManagementClient } from './management-client.ts';
import { Pusher } from './pusher.ts';
import type { Reader } from './reader.ts';
import { ruleRefuses } from './refusals.ts';
import { basic, makeRobot } from './robots.ts';
import { RuledModel } from './ruled-model.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

const role = 'releaser';
const isProtected = 'stable';

/** A project with immutable tags, of which no more than the first push counts, and a tag that only those of one role change. */
export class RuledProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #reader: Reader;
  readonly #model: RuledModel;
  readonly #client: TortureClient;
  readonly #plain: RegistryClient;
  readonly #releaser: RegistryClient;
  readonly #pusher: Pusher;
  readonly #content: ContentMaker;
  /** Grows with the versions. */
  readonly #tags = ['latest', 'edge', 'v1', 'v2', 'v3'];
  #raced = 0;
  #releases = '';

  constructor(crew: Crew, name: string) {
    const { findings, ledger, graceMs, random } = crew.options;
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#reader = crew.newReader(crew.newClient());
    this.#model = new RuledModel(`${name}/app`, findings, (tag) => tag.startsWith('v'));
    this.#plain = crew.newClient();
    this.#releaser = crew.newClient(undefined, () => this.#releases);
    const own = random.fork(name);
    this.#content = new ContentMaker(own, random, 0);
    this.#pusher = new Pusher({ client: this.#plain, random: own, findings, ledger, graceMs, mountSources: [] });
    this.#client = crew.newTortureClient({
      name: this.#model.name,
      models: [this.#model],
      tags: this.#tags,
      refuses: ruleRefuses(findings),
      further: (choice) => [
        { weight: 5, run: async () => void this.#tags.push(`v${this.#tags.length}`) },
        { weight: 6, run: () => this.#race() },
        { weight: 6, run: () => this.#release(choice) },
      ],
    });
  }

  async prepare(): Promise<void> {
    const path = `/projects/${this.#name}`;
    const actions = ['pull', 'list', 'push', 'update', 'delete'];
    const made = [
      await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'public' }),
      await this.#management.ask('POST', `${path}/roles`, { name: role, actions }),
      await this.#management.ask('POST', `${path}/tag-rules`, { tags: 'v*', kind: 'immutable' }),
      await this.#management.ask('POST', `${path}/tag-rules`, { tags: `${isProtected}*`, kind: 'protected', roles: [role] }),
    ];
    const failed = made.find(({ status }) => status !== 201);
    if (failed !== undefined) throw new Error(`There is no ruled project: ${failed.text}`);
    const { userName, secret } = await makeRobot(this.#management, this.#name, 'releases', role);
    this.#releases = basic(userName, secret);
  }

  workUntil(signal: AbortSignal): Promise<void> {
    return this.#client.workUntil(signal);
  }

  async checkAll(): Promise<void> {
    await this.#reader.checkAll(this.#model);
  }

  /** Two pushes of one new immutable tag at once: one is first, and the tag is its. */
  async #race(): Promise<void> {
    const { findings } = this.#crew.options;
    this.#raced += 1;
    const tag = `v-raced-${this.#raced}`;
    const racers = [this.#content.image(), this.#content.image()];
    for (const manifest of racers) {
      this.#model.maybeStored(manifest, undefined);
      if (!(await this.#pusher.push(this.#model.name, manifest, undefined))) return;
    }
    const clients = [this.#plain, this.#releaser];
    const answers = await Promise.all(racers.map((manifest, index) => this.#put(clients[index] ?? this.#plain, tag, manifest)));
    const winners = racers.filter((_, index) => answers[index]?.status === 201);
    findings.did('races for a tag');
    const [winner] = winners;
    if (racers[0]?.digest !== racers[1]?.digest && winners.length > 1) findings.add('corrupt', `${tag} was given to two images at once`);
    for (const answer of answers) this.#judge(`PUT ${this.#model.name}:${tag}`, answer, [201, 409]);
    if (winner !== undefined) return this.#model.stored(winner, tag);
    for (const manifest of racers) this.#model.maybeStored(manifest, tag);
  }

  /** The protected tag is moved by the one who may, and by nobody else. */
  async #release(random: SeededRandom): Promise<void> {
    const manifest = random.pick(this.#model.manifests.filter(({ digest }) => this.#model.mustExist(digest)));
    if (manifest === undefined) return;
    const { findings } = this.#crew.options;
    const refused = random.chance(0.5)
      ? await this.#put(this.#plain, `${isProtected}-${manifest.digest.slice(-8)}`, manifest)
      : await this.#plain.deleteManifest(this.#model.name, isProtected);
    this.#judge(`a change of ${this.#model.name}:${isProtected} by somebody without its role`, refused, [403, 404]);
    const answer = await this.#put(this.#releaser, isProtected, manifest);
    this.#judge(`PUT ${this.#model.name}:${isProtected} by ${role}`, answer, [201]);
    if (answer?.status === 201) findings.did('protected tags moved');
    if (answer?.status === 201) this.#model.stored(manifest, isProtected);
    else this.#model.maybeStored(manifest, isProtected);
  }

  /** Undefined: no answer. */
  async #put(client: RegistryClient, tag: string, manifest: Manifest): Promise<Answer | undefined> {
    try {
      return await client.putManifest(this.#model.name, tag, manifest);
    } catch (error) {
      if (error instanceof NoAnswerError) return undefined;
      throw error;
    }
  }

  #judge(what: string, answer: Answer | undefined, allowed: readonly number[]): void {
    if (answer === undefined || [...allowed, ...passingStatuses].includes(answer.status)) return;
    this.#crew.options.findings.add('unexpected', `${what}: ${describeAnswer(answer)}`);
  }
}
