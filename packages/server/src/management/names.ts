import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import Type from 'typebox';

const component = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*';

/** A project: the first component of its repositories' names. */
export const projectName = Type.String({ pattern: `^${component}$`, maxLength: 255, examples: ['library'] });

/** A repository, in a path with its slashes percent-encoded. */
export const repositoryName = Type.Unsafe<RepositoryName>(
  Type.String({ pattern: `^${component}(?:/${component})*$`, maxLength: 255, examples: ['library/nginx'] }),
);

/** A tag by the grammar of the distribution specification. */
export const tagName = Type.Unsafe<Tag>(Type.String({ pattern: '^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$', examples: ['1.27'] }));

/** A digest in canonical text form. */
export const digest = Type.Unsafe<Digest>(Type.String({ pattern: '^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$' }));

/** A user's name. */
export const userName = Type.String({ pattern: '^[a-z0-9]+(?:[._-][a-z0-9]+)*$', maxLength: 64, examples: ['alice'] });

/** A group of users. */
export const groupName = Type.String({ pattern: '^[a-z0-9]+(?:[._-][a-z0-9]+)*$', maxLength: 64, examples: ['developers'] });

/** A role, built-in or custom. */
export const roleName = Type.String({ pattern: '^[a-z0-9]+(?:[._-][a-z0-9]+)*$', maxLength: 64, examples: ['maintainer'] });

/** The id of something that has no name: opaque to clients. */
export const id = Type.String({ pattern: '^[1-9][0-9]{0,15}$', examples: ['17'] });

/** RFC 3339, UTC. */
export const instant = Type.String({ format: 'date-time', examples: ['2026-01-31T09:30:00.000Z'] });

/** How the API writes an instant. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString();
}
