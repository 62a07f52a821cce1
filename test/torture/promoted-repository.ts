import type { Manifest } from '../crash/image.ts';
import { passingStatuses } from '../crash/registry-client.ts';
import { closureOf } from './closure.ts';
import type { Findings } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { Answered, ManagementAnswer, ManagementClient } from './management-client.ts';
import type { RepositoryModel } from './repository-model.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What promotions work with. */
export interface PromotedRepositoryOptions {
  readonly management: ManagementClient;
  readonly random: SeededRandom;
  readonly findings: Findings;
  readonly ledger: Ledger;
  /** Where images come from; whoever promotes is the only one that writes there. */
  readonly source: RepositoryModel;
  readonly target: RepositoryModel;
}

/** A promotion that may be taken back. */
interface Made {
  readonly id: string;
  /** What was asked for; among `tags` only when it moved, which a signature that came later does without it. */
  readonly tag: string;
  readonly digest: string;
  readonly tags: readonly { readonly tag: string; readonly from?: string; readonly to: string }[];
  /** What certainly belonged to what the tags pointed at before. */
  readonly before: readonly Manifest[];
}

const promotionsKept = 12;

/** A repository that gets its content by promotions alone: each must bring the whole image, and each can be undone. */
export class PromotedRepository {
  readonly #options: PromotedRepositoryOptions;
  #made: Made[] = [];

  constructor(options: PromotedRepositoryOptions) {
    this.#options = options;
  }

  /** Promotes what some tag of the source certainly points at, to the same tag or `as` another; undefined when nothing came of it. */
  async promote(isWanted: (digest: string) => boolean = () => true, as?: string): Promise<Manifest | undefined> {
    const { management, random, source, target } = this.#options;
    const names = source.tags.filter((name) => !name.startsWith('sha') && isCertain(source.possible(name)));
    const tag = random.pick(names.filter((name) => isWanted([...source.possible(name)][0] ?? '')));
    const digest = tag === undefined ? undefined : [...source.possible(tag)][0];
    const root = digest === undefined ? undefined : source.manifest(digest);
    if (tag === undefined || root === undefined) return undefined;
    const closure = closureOf(source, root);
    const to = as ?? tag;
    const moved = new Map([...closure.tags, [to, new Set([root.digest])]]);
    const before = [...moved.keys()].flatMap((name) => this.#certainlyBehind(name));
    const wanted = { from: { repository: source.name, tag }, to: { repository: target.name, tag: to } };
    try {
      const answer = await management.send('POST', '/promotions', wanted);
      if (answer.status === 201) {
        await this.#made201(answer.body, to, root, before, closure);
        return root;
      }
      this.#judge(`promotion of ${source.name}:${tag} (${root.digest})`, answer, closure.possible.length > 0 ? [409] : []);
      if (passingStatuses.includes(answer.status)) this.#maybePromoted(moved, closure);
      return undefined;
    } catch (error) {
      this.#maybePromoted(moved, closure);
      throw error;
    }
  }

  /** Undoes a promotion whose tags certainly still point where it put them. */
  async undo(): Promise<void> {
    const { management, random, source, target, findings } = this.#options;
    const isAsItWas = (made: Made) => this.#pointsAt(made.tag, made.digest) && made.tags.every(({ tag, to }) => this.#pointsAt(tag, to));
    const made = random.pick(this.#made.filter(isAsItWas));
    if (made === undefined) return;
    this.#made = this.#made.filter((other) => other !== made);
    const what = `undo of promotion ${made.id} from ${source.name} to ${target.name}`;
    try {
      const answer = await management.send('POST', `/promotions/${made.id}/undo`);
      this.#judge(what, answer, []);
      if (answer.status !== 200) return this.#maybeUndone(made);
      findings.did('promotions undone');
      this.#options.ledger.note('promotion.undone', target.name);
      if (answer.body.left.length > 0) findings.add('lost', `${what} leaves ${answer.body.left.join(', ')} alone, which nobody changed`);
      for (const { tag, from } of made.tags) target.tagIs(tag, from);
      for (const manifest of made.before) target.stored(manifest, undefined);
    } catch (error) {
      this.#maybeUndone(made);
      throw error;
    }
  }

  async #made201(body: Answered, tag: string, root: Manifest, before: readonly Manifest[], closure: ReturnType<typeof closureOf>) {
    const { management, target, findings, ledger } = this.#options;
    findings.did('promotions');
    ledger.note('image.promoted', target.name);
    if (body.digest !== root.digest) findings.add('corrupt', `${target.name}:${tag} is promoted as ${body.digest}, not ${root.digest}`);
    if (body.manifests < closure.certain.length) {
      const count = `${body.manifests} manifests instead of ${closure.certain.length}`;
      findings.add('lost', `the promotion of ${root.digest} to ${target.name}:${tag} brings ${count}`);
    }
    for (const manifest of [...closure.possible, ...closure.certain]) target.maybeStored(manifest, undefined);
    target.stored(root, tag);
    for (const [name, targets] of closure.tags) {
      const only = isCertain(targets) ? target.manifest([...targets][0] ?? '') : undefined;
      if (only === undefined) this.#maybeTagged(name, targets);
      else target.stored(only, name);
    }
    for (const manifest of closure.certain) target.stored(manifest, undefined);
    const { body: details, status } = await management.ask('GET', `/promotions/${body.id}`);
    if (status !== 200) return findings.add('lost', `promotion ${body.id} to ${target.name} answers ${status}`);
    if (details.tags.length > 0) this.#made.unshift({ id: body.id, tag, digest: root.digest, tags: details.tags, before });
    this.#made.splice(promotionsKept);
  }

  #maybePromoted(moved: ReadonlyMap<string, ReadonlySet<string | undefined>>, closure: ReturnType<typeof closureOf>): void {
    for (const manifest of [...closure.possible, ...closure.certain]) this.#options.target.maybeStored(manifest, undefined);
    for (const [name, targets] of moved) this.#maybeTagged(name, targets);
  }

  #maybeUndone({ tags }: Made): void {
    for (const { tag, from } of tags) this.#maybeTagged(tag, new Set([from]));
  }

  #maybeTagged(tag: string, targets: ReadonlySet<string | undefined>): void {
    const { target } = this.#options;
    for (const digest of targets) {
      const manifest = digest === undefined ? undefined : target.manifest(digest);
      if (manifest === undefined) target.maybeUntagged(tag);
      else target.maybeStored(manifest, tag);
    }
  }

  /** What a tag of the target certainly points at, with everything that certainly belongs to it. */
  #certainlyBehind(tag: string): readonly Manifest[] {
    const { target } = this.#options;
    const possible = target.possible(tag);
    const root = isCertain(possible) ? target.manifest([...possible][0] ?? '') : undefined;
    return root === undefined ? [] : closureOf(target, root).certain;
  }

  #pointsAt(tag: string, digest: string): boolean {
    const possible = this.#options.target.possible(tag);
    return isCertain(possible) && possible.has(digest);
  }

  /** What is certainly there is promoted, and what was kept for an undo is there. */
  #judge(what: string, { status, text }: ManagementAnswer, allowed: readonly number[]): void {
    if ([200, 201, ...allowed, ...passingStatuses].includes(status)) return;
    this.#options.findings.add(status === 404 || status === 409 ? 'lost' : 'unexpected', `${what}: ${text}`);
  }
}

function isCertain(targets: ReadonlySet<string | undefined>): boolean {
  return targets.size === 1 && !targets.has(undefined);
}
