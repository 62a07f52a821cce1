import { compareVersions as compareSemantic, parseVersion } from '../../registry/semantic-version.ts';
import { compareDebianVersions } from './debian-version.ts';
import type { PackageKind } from './installed-package.ts';
import { compareRpmVersions } from './rpm-version.ts';

/** How a package came out of it. `changed`: nobody can tell which of the versions is newer. */
export type PackageFate = 'added' | 'removed' | 'upgraded' | 'downgraded' | 'changed';

/** A package that is there in other versions than before: only those that differ, since several may be installed. */
export interface PackageDifference {
  readonly kind: PackageKind;
  readonly name: string;
  readonly change: PackageFate;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Collects what files that differ tell of packages, and says what is left of it when what both tell is taken away. */
export class PackageDifferences {
  /** By kind, name and version, how often more it is in the second image than in the first. */
  readonly #counts = new Map<string, number>();

  /** Notes what a file of the first (-1) or second (1) image tells. */
  note(told: readonly string[] | undefined, sign: -1 | 1): void {
    for (const key of told ?? []) this.#counts.set(key, (this.#counts.get(key) ?? 0) + sign);
  }

  /** By kind and name. */
  list(): PackageDifference[] {
    const found = new Map<string, { from: string[]; to: string[] }>();
    for (const [key, count] of this.#counts) {
      if (count === 0) continue;
      const [kind = '', name = '', version = ''] = key.split('\0');
      const place = `${kind}\0${name}`;
      const versions = found.get(place) ?? { from: [], to: [] };
      found.set(place, versions);
      (count < 0 ? versions.from : versions.to).push(version);
    }
    const places = [...found].sort(([left], [right]) => (left < right ? -1 : 1));
    return places.map(([place, { from, to }]) => {
      const [kind = '', name = ''] = place.split('\0');
      return { kind: kind as PackageKind, name, change: fateOf(kind as PackageKind, from.sort(), to.sort()), from, to };
    });
  }
}

function fateOf(kind: PackageKind, from: readonly string[], to: readonly string[]): PackageFate {
  const [before] = from;
  const [after] = to;
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (from.length > 1 || to.length > 1) return 'changed';
  const order = compareVersions(kind, before, after);
  if (order === 0) return 'changed';
  return order < 0 ? 'upgraded' : 'downgraded';
}

/** Kinds whose versions are semantic ones, nearly all. */
const semanticKinds: ReadonlySet<PackageKind> = new Set(['npm', 'go', 'composer', 'nuget']);

/**
 * Debian's order for Debian's packages, rpm's for its own, that of semantic versions where they are usual. Debian's orders the plain numbers of the
 * others as well; where theirs have letters that are not the same, each has rules of its own, and none is guessed.
 */
function compareVersions(kind: PackageKind, left: string, right: string): number {
  if (kind === 'deb' || kind === 'opkg') return compareDebianVersions(left, right);
  if (kind === 'rpm') return compareRpmVersions(left, right);
  const [some, others] = semanticKinds.has(kind) ? [left, right].map(semanticVersion) : [];
  if (some !== undefined && others !== undefined) return compareSemantic(some, others);
  if (plain.test(left) && plain.test(right)) return compareDebianVersions(left, right);
  const [, one = '', rest] = numbersFirst.exec(left) ?? [];
  const [, other = '', otherRest] = numbersFirst.exec(right) ?? [];
  return rest !== undefined && rest === otherRest ? compareDebianVersions(one, other) : 0;
}

/** Numbers, perhaps after an epoch and before the number of a build. */
const plain = /^(?:[0-9]+:)?[0-9]+(?:\.[0-9]+)*(?:-r?[0-9]+)?$/;
/** Of `31.1-jre` and `32.0-jre` the numbers tell. */
const numbersFirst = /^([0-9]+(?:\.[0-9]+)*)(.*)$/;

/** Build metadata counts for nothing; where tags are versions, it stands behind another sign. */
const semanticVersion = (version: string) => parseVersion(version.replace('+', '_'));
