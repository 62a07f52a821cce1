import { setTimeout as wait } from 'node:timers/promises';
import { NoAnswerError, passingStatuses, type RegistryClient } from '../crash/registry-client.ts';
import type { Crew } from './crew.ts';
import type { ManagementAnswer, ManagementClient } from './management-client.ts';
import type { Reader } from './reader.ts';
import { RepositoryModel } from './repository-model.ts';
import { basic, type MadeRobot, makeRobot } from './robots.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { TortureClient } from './torture-client.ts';
import type { Work } from './work.ts';

const overlapSeconds = 3600;

/** A robot whose secret is rotated between its requests: each of them has one of the secrets that are good, whichever. */
export class RobotProject implements Work {
  readonly #crew: Crew;
  readonly #name: string;
  readonly #management: ManagementClient;
  readonly #model: RepositoryModel;
  readonly #client: TortureClient;
  readonly #plain: RegistryClient;
  readonly #reader: Reader;
  #robot: MadeRobot | undefined;
  /** The newest last. */
  #good: readonly string[] = [];

  constructor(crew: Crew, name: string) {
    this.#crew = crew;
    this.#name = name;
    this.#management = crew.newManagement();
    this.#model = new RepositoryModel(`${name}/app`);
    const choice = crew.options.random.fork('secrets');
    const authorization = (): string => basic(this.#robot?.userName ?? '', choice.pick(this.#good) ?? '');
    this.#client = crew.newTortureClient({
      name: this.#model.name,
      models: [this.#model],
      authorization,
      further: (random) => [{ weight: 8, run: () => this.#rotate(random) }],
    });
    this.#plain = crew.newClient();
    this.#reader = crew.newReader(crew.newClient());
  }

  async prepare(): Promise<void> {
    const made = await this.#management.ask('POST', '/projects', { name: this.#name, visibility: 'private' });
    if (made.status !== 201) throw new Error(`There is no project of robots: ${made.text}`);
    this.#robot = await makeRobot(this.#management, this.#name, 'ci', 'maintainer');
    this.#good = [this.#robot.secret];
  }

  workUntil(signal: AbortSignal): Promise<void> {
    return this.#client.workUntil(signal);
  }

  async checkAll(): Promise<void> {
    await this.#reader.checkAll(this.#model);
  }

  /** Whoever gets no answer rotates again, since only answers show secrets; then the one from before may be over. */
  async #rotate(random: SeededRandom): Promise<void> {
    const { findings, arena } = this.#crew.options;
    const overlap = random.chance(0.6) ? overlapSeconds : 0;
    const before = this.#good;
    let rotated: ManagementAnswer | undefined;
    let asked = 0;
    for (; rotated === undefined; asked += 1) {
      if (asked > 0) await wait(500);
      await arena.ready;
      rotated = await this.#askForSecret(overlap);
    }
    if (rotated.status !== 200) return findings.add('unexpected', `a rotation answers ${rotated.text}`);
    findings.did('rotations');
    const last = before.slice(-1);
    this.#good = [...(overlap > 0 && asked === 1 ? last : []), rotated.body.secret];
    const ended = [...before.slice(0, -1), ...(overlap === 0 ? last : [])];
    for (const secret of this.#good) await this.#expect(secret, true);
    if (ended.length > 0) await wait(arena.staleMs);
    for (const secret of ended) await this.#expect(secret, false);
  }

  /** Undefined: nobody knows whether it was done. */
  async #askForSecret(overlap: number): Promise<ManagementAnswer | undefined> {
    try {
      const answer = await this.#management.send('POST', `${this.#robot?.path}/rotate`, { overlapSeconds: overlap });
      return passingStatuses.includes(answer.status) ? undefined : answer;
    } catch (error) {
      if (error instanceof NoAnswerError) return undefined;
      throw error;
    }
  }

  async #expect(secret: string, isGood: boolean): Promise<void> {
    const authorization = basic(this.#robot?.userName ?? '', secret);
    const { status } = await this.#plain.send('GET', '/v2/', { headers: { authorization } });
    const wrong = isGood ? [401, 403] : [200];
    if (!wrong.includes(status)) return;
    this.#crew.options.findings.add('unexpected', `a robot's secret that is ${isGood ? 'good' : 'over'} answers ${status}`);
  }
}
