import { type Digest, parseDigest, parseRepositoryName, type RepositoryName } from '@longshore/oci';
import { notFound } from '../../management/problems.ts';
import type { ResolvedImage } from './resolve-image.ts';

/** A side of a comparison, by what never changes. */
export type ComparedSide = Pick<ResolvedImage, 'repository' | 'digest'>;

/**
 * The name of a comparison: what is compared, and where whoever asks may read it. It gives no right: whoever shows it is asked for both
 * repositories again.
 */
export function comparisonId(from: ComparedSide, to: ComparedSide): string {
  return Buffer.from([from.repository, from.digest, to.repository, to.digest].join(' ')).toString('base64url');
}

/** What an id names. Throws `not-found` for what is none. */
export function sidesOf(id: string): { from: ComparedSide; to: ComparedSide } {
  const [fromRepository, fromDigest, toRepository, toDigest, ...rest] = Buffer.from(id, 'base64url').toString('utf8').split(' ');
  const from = sideOf(fromRepository, fromDigest);
  const to = sideOf(toRepository, toDigest);
  if (from === undefined || to === undefined || rest.length > 0 || comparisonId(from, to) !== id) throw notFound('comparison of that id');
  return { from, to };
}

function sideOf(name = '', text = ''): ComparedSide | undefined {
  const [repository, digest]: [RepositoryName | undefined, Digest | undefined] = [parseRepositoryName(name), parseDigest(text)];
  return repository === undefined || digest === undefined ? undefined : { repository, digest };
}
