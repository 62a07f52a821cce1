import type { Manifest } from '../crash/image.ts';
import type { Findings } from './findings.ts';
import { RepositoryModel } from './repository-model.ts';

/** A repository with immutable tags: one that certainly points somewhere points there for ever. */
export class RuledModel extends RepositoryModel {
  readonly #findings: Findings;
  readonly #isImmutable: (tag: string) => boolean;

  constructor(name: string, findings: Findings, isImmutable: (tag: string) => boolean) {
    super(name);
    this.#findings = findings;
    this.#isImmutable = isImmutable;
  }

  override stored(manifest: Manifest, tag: string | undefined): void {
    const kept = tag === undefined ? undefined : this.keptAt(tag);
    if (kept === undefined || kept === manifest.digest) return super.stored(manifest, tag);
    this.#report(`${tag} was moved from ${kept} to ${manifest.digest}`);
    super.stored(manifest, undefined);
  }

  override maybeStored(manifest: Manifest, tag: string | undefined): void {
    super.maybeStored(manifest, tag === undefined || this.keptAt(tag) !== undefined ? undefined : tag);
  }

  override tagIs(tag: string, digest: string | undefined): void {
    const kept = this.keptAt(tag);
    if (kept !== undefined && kept !== digest) this.#report(`${tag} points at ${digest ?? 'nothing'}, not at ${kept}`);
    super.tagIs(tag, digest);
  }

  override maybeUntagged(tag: string): void {
    if (this.keptAt(tag) === undefined) super.maybeUntagged(tag);
  }

  override removed(digest: string): void {
    for (const tag of this.tags) if (this.keptAt(tag) === digest) this.#report(`${tag} has lost ${digest}`);
    super.removed(digest);
  }

  override maybeRemoved(digest: string): void {
    if (!this.tags.some((tag) => this.keptAt(tag) === digest)) super.maybeRemoved(digest);
  }

  /** Where an immutable tag certainly points. */
  keptAt(tag: string): string | undefined {
    const [digest, ...others] = this.possible(tag);
    return this.#isImmutable(tag) && others.length === 0 ? digest : undefined;
  }

  #report(what: string): void {
    this.#findings.add('corrupt', `the immutable tag ${this.name}:${what}`);
  }
}
