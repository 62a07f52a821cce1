import type { Manifest } from '../crash/image.ts';

interface Known {
  readonly manifest: Manifest;
  /** 'unsure': a request was cut off, or nothing holds the manifest any more and a sweep may take it at any time. */
  state: 'present' | 'absent' | 'unsure';
}

/**
 * What must be readable in one repository, what must not, and what may be either. Only one client writes to the
 * repository, one request at a time, so whatever was answered is certain.
 */
export class RepositoryModel {
  readonly name: string;
  readonly #manifests = new Map<string, Known>();
  /** Where a tag may point; undefined is nowhere. A tag without entry does not exist. */
  readonly #tags = new Map<string, Set<string | undefined>>();

  constructor(name: string) {
    this.name = name;
  }

  /** Whatever is told next began now at the earliest. */
  begins(): void {}

  /** A manifest was stored, and what it lists was there at that moment. */
  stored(manifest: Manifest, tag: string | undefined): void {
    this.#manifests.set(manifest.digest, { manifest, state: 'present' });
    for (const child of manifest.children) this.#setState(child, 'present');
    if (tag !== undefined) this.#tags.set(tag, new Set([manifest.digest]));
    this.#forgetUnheld();
  }

  /** A push was cut off. */
  maybeStored(manifest: Manifest, tag: string | undefined): void {
    if (this.#manifests.get(manifest.digest)?.state !== 'present') this.#manifests.set(manifest.digest, { manifest, state: 'unsure' });
    if (tag !== undefined) this.#tags.set(tag, new Set([...this.possible(tag), manifest.digest]));
    this.#forgetUnheld();
  }

  /** A manifest is certainly gone, and with it every tag that pointed at it. */
  removed(digest: string): void {
    this.#setState(digest, 'absent');
    for (const [tag, targets] of this.#tags) {
      if (targets.delete(digest)) this.#tags.set(tag, targets.add(undefined));
    }
    this.#forgetUnheld();
  }

  /** A delete of a manifest was cut off. */
  maybeRemoved(digest: string): void {
    this.#setState(digest, 'unsure');
    for (const targets of this.#tags.values()) if (targets.has(digest)) targets.add(undefined);
    this.#forgetUnheld();
  }

  /** A tag certainly points there (or nowhere). */
  tagIs(tag: string, digest: string | undefined): void {
    this.#tags.set(tag, new Set([digest]));
    if (digest !== undefined) this.#setState(digest, 'present');
    this.#forgetUnheld();
  }

  /** A delete of a tag was cut off. */
  maybeUntagged(tag: string): void {
    this.#tags.set(tag, new Set([...this.possible(tag), undefined]));
    this.#forgetUnheld();
  }

  /** Where a tag may point. */
  possible(tag: string): ReadonlySet<string | undefined> {
    return this.#tags.get(tag) ?? new Set([undefined]);
  }

  /** Every tag that may exist. */
  get tags(): string[] {
    return [...this.#tags.keys()];
  }

  /** Every manifest that was ever pushed here. */
  get manifests(): Manifest[] {
    return [...this.#manifests.values()].map(({ manifest }) => manifest);
  }

  manifest(digest: string): Manifest | undefined {
    return this.#manifests.get(digest)?.manifest;
  }

  /** Whether it must be readable. */
  mustExist(digest: string): boolean {
    return this.#manifests.get(digest)?.state === 'present';
  }

  /** Whether it must not be readable. */
  mustNotExist(digest: string): boolean {
    return (this.#manifests.get(digest)?.state ?? 'absent') === 'absent';
  }

  #setState(digest: string, state: Known['state']): void {
    const known = this.#manifests.get(digest);
    if (known !== undefined) known.state = state;
  }

  /** A sweep removes manifests that no tag, no index and no subject holds, so from then on nobody knows. */
  #forgetUnheld(): void {
    for (let changed = true; changed; ) {
      changed = false;
      const held = this.#held();
      for (const known of this.#manifests.values()) {
        if (known.state !== 'present' || held.has(known.manifest.digest)) continue;
        known.state = 'unsure';
        changed = true;
      }
    }
  }

  /** What tags certainly point at, and what follows from that; indexes and subjects hold only while they certainly exist. */
  #held(): Set<string> {
    const held = new Set<string>();
    for (const targets of this.#tags.values()) {
      const [target] = targets;
      if (targets.size === 1 && target !== undefined) held.add(target);
    }
    for (let size = -1; size !== held.size; ) {
      size = held.size;
      for (const { manifest, state } of this.#manifests.values()) {
        if (state !== 'present') continue;
        if (held.has(manifest.digest)) for (const child of manifest.children) held.add(child);
        if (manifest.subject !== undefined && held.has(manifest.subject) && this.mustExist(manifest.subject)) held.add(manifest.digest);
      }
    }
    return held;
  }
}
