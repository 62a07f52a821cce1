import type { RepositoryName } from '@longshore/oci';
import type { Role } from './role.ts';

/**
 * Everything that anybody can be allowed to do. `push` creates content and new tags, `update` moves an existing tag,
 * `delete` is its own right and comes with no other.
 */
export const actions = ['pull', 'push', 'update', 'delete', 'list', 'administer'] as const;
export type Action = (typeof actions)[number];

/** Who asks, as far as it was proved. */
export type Subject =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly id: number; readonly name: string; readonly administrator: boolean };

/** What a credential narrows its subject to; undefined: everything that the subject may do. Never widens. */
export type AccessLimit = readonly { readonly repository: RepositoryName | '*'; readonly actions: readonly Action[] }[];

/** A proved identity together with what the credential it came with allows at most. */
export interface Principal {
  readonly subject: Subject;
  readonly limit: AccessLimit | undefined;
  /**
   * What proved a user. Every token issued to this principal ends when the user's version changes; a refresh token
   * also when the personal access token is deleted or expires (a registry token lives on for its few minutes).
   */
  readonly proof?: { readonly userVersion: number; readonly accessTokenId?: number };
}

export type Resource = { readonly kind: 'repository'; readonly name: RepositoryName } | { readonly kind: 'registry' };

export type Decision = { readonly allow: true; readonly reason: string } | { readonly allow: false; readonly reason: string };

/** Which repositories a list may show, in a form that the metadata turns into one SQL predicate. */
export type Visibility =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  /** Repositories of projects in which this user holds one of these roles. */
  | { readonly kind: 'granted'; readonly userId: number; readonly roles: readonly Role[] };

/**
 * The one place that decides, for every surface. A credential's limit is an upper bound and is applied here too, so
 * that no caller can forget it.
 */
export interface Authorizer {
  decide(principal: Principal, action: Action, resource: Resource): Promise<Decision>;
  /** For lists: never filter row by row. A limited principal sees nothing beyond its limit (`nothing` when in doubt). */
  visible(principal: Principal, action: Action): Promise<Visibility>;
}

/** `user:alice`, `anonymous`: how history, events, and upload sessions name a subject. */
export function actorOf(subject: Subject): string {
  return subject.kind === 'anonymous' ? 'anonymous' : `user:${subject.id}:${subject.name}`;
}
