/** A version by Semantic Versioning 2.0.0. Numbers are digits, since they have no upper bound. */
export interface SemanticVersion {
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  /** Empty for a release. */
  readonly prerelease: readonly string[];
}

const form = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:_[0-9A-Za-z.-]+)?$/;

/**
 * The version that a tag names, with or without `v`; undefined when it names none. Tags cannot have the `+` before build metadata: `_`
 * stands for it, as Helm writes it, and what follows counts for nothing.
 */
export function parseVersion(tag: string): SemanticVersion | undefined {
  const [, major, minor, patch, suffix] = form.exec(tag) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  const prerelease = suffix?.split('.') ?? [];
  // Section 9: numeric identifiers have no leading zeroes.
  return prerelease.some((part) => /^0\d+$/.test(part)) ? undefined : { major, minor, patch, prerelease };
}

/** Section 11: negative when `left` comes first. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  return (
    compareNumbers(left.major, right.major) ||
    compareNumbers(left.minor, right.minor) ||
    compareNumbers(left.patch, right.patch) ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

function compareNumbers(left: string, right: string): number {
  return left.length - right.length || compareText(left, right);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Number(left.length === 0) - Number(right.length === 0);
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(left: string, right: string): number {
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
  return isLeftNumber ? compareNumbers(left, right) : compareText(left, right);
}
