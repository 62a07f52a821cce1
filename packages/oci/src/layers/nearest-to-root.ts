import { keyOf, pathOfKey } from './index-lines.ts';

/** Implied directories that are kept: links, which somebody looks for at them, lie near the root. */
const mostImplied = 10_000;

/** Gathers implied directories, of which there may be a million. */
export class NearestToRoot {
  readonly #byDepth: string[][] = [];

  add(key: string): void {
    if (key === keyOf('')) return;
    const depth = key.split('/').length + Number(!key.startsWith('\0'));
    const held = this.#byDepth[depth] ?? [];
    this.#byDepth[depth] = held;
    if (held.length < mostImplied) held.push(key);
  }

  /** Those nearest to the root first. */
  paths(): readonly string[] {
    return this.#byDepth.flat().slice(0, mostImplied).map(pathOfKey);
  }
}
