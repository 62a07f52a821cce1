import type { RepositoryName } from '@longshore/oci';
import type { NamedProject, ProjectVisibility, RoleHolder } from './access.ts';

/**
 * Everything that anybody can be allowed to do. `push` creates content and new tags, `update` moves an existing tag, `delete` is its own
 * right and comes with no other; `promote`: into this repository; `configure`: the rules of a project; `audit`: to read its audit log;
 * `administer`: its members, roles, robots, visibility and deletion, or what no project owns. Roles are stored as bits in this order,
 * so it never changes; more are added at the end.
 */
export const actions = ['pull', 'push', 'update', 'delete', 'list', 'promote', 'configure', 'audit', 'administer'] as const;
export type Action = (typeof actions)[number];

/** Who asks, as far as it was proved. */
export type Subject =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly id: number; readonly name: string; readonly administrator: boolean }
  /** May do what it was bound to and what is public; never more for its name. */
  | { readonly kind: 'robot'; readonly id: number; readonly name: string }
  | KubernetesSubject;

/**
 * Whom the API server of a cluster knows: what its TokenReview says of a token. Holds no role here; may do what is public, and what the
 * cluster's own authorization allows.
 */
export interface KubernetesSubject {
  readonly kind: 'kubernetes';
  /** Name of the cluster in the configuration. */
  readonly cluster: string;
  /** The name in that cluster, such as `system:serviceaccount:ci:ci-cd`. */
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  /** What else the cluster says, which its authorization may look at: of some, it narrows what the token is good for. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What a credential narrows its subject to; undefined: everything that the subject may do. Never widens. */
export type AccessLimit = readonly { readonly repository: RepositoryName | '*'; readonly actions: readonly Action[] }[];

/** The session by which a browser proved who uses it. */
export interface ProvedSession {
  readonly id: number;
  /** `password`, or the name of the provider through which its user signed in. */
  readonly provider: string;
  /** When they last proved who they are: what makes credentials needs that to be recent. 0 when it is not known. */
  readonly provedAt: number;
  /** What shows that a page of ours asks, as far as this session goes. */
  readonly csrfToken: string;
}

/** A proved identity together with what the credential it came with allows at most. */
export interface Principal {
  readonly subject: Subject;
  /** Where the request comes from, as the listener trusts it. Whoever has none is let into no project that is closed to some. */
  readonly address?: string;
  readonly limit: AccessLimit | undefined;
  /** With what it was proved, for the record: `password`, `access-token:17`, `kubernetes:prod`, `certificate:17` (the trust), `certificate:alice`, `registry-token`, `refresh-token`, `anonymous`. Never a secret. */
  readonly credential: string;
  /**
   * What proved the subject. Every token issued to this principal ends when the user's version or the robot's epoch changes; a
   * robot's also with its secret, or with the trust and (`until`) the token of another issuer that proved it, and a refresh token when the personal access token is deleted or expires (a registry token lives
   * on for its few minutes). What a certificate proved is good on connections that show it alone (`thumbprint`), and ends with it. Of a Kubernetes subject the token that it showed, a secret, which is reviewed again for as long as a registry
   * token of its is used, and until when it is good, in milliseconds since 1970.
   */
  readonly proof?:
    | { readonly userVersion: number; readonly accessTokenId?: number; readonly session?: ProvedSession }
    | { readonly userVersion: number; readonly until: number; readonly thumbprint: string }
    | { readonly robotEpoch: number; readonly secretId: number }
    | { readonly robotEpoch: number; readonly trustId: number; readonly until: number; readonly thumbprint?: string | undefined }
    | { readonly clusterToken: string; readonly expiresAt: number };
}

/** Whoever shows no credentials. */
export const anonymous: Principal = { subject: { kind: 'anonymous' }, limit: undefined, credential: 'anonymous' };

/** `project` is all of it: whoever may act on a part only may not act on that, except to list it. */
export type Resource =
  | { readonly kind: 'repository'; readonly name: RepositoryName }
  | { readonly kind: 'project'; readonly name: string }
  | { readonly kind: 'registry' };

/**
 * How long what was found out stays so while nothing is committed to the metadata: until a time of day, and until a time of the clock that
 * never goes back (`performance.now`).
 */
export interface Lasting {
  /** Milliseconds, both. */
  readonly until: number;
  readonly elapsed: number;
}

/** What follows from the metadata alone. */
export const lasting: Lasting = { until: Infinity, elapsed: Infinity };

/** `roles`: names of the roles through which the subject acts there; `administrator` for administrators. */
export interface Decision {
  readonly allow: boolean;
  /** For the audit log and for who may read there: it tells what exists. */
  readonly reason: string;
  readonly roles: readonly string[];
  /** Of a denial: what whoever asked may be told even if it may not read there, since it says nothing of what exists here. */
  readonly told?: string;
  /**
   * Id of the project that was decided on, or `none` when there was none of that name; undefined when whichever has that name will do.
   * Whoever writes holds on to it, since the name may be another project's by then.
   */
  readonly project?: number | 'none' | undefined;
  /** A project that begins with it gets no owner: a cluster allows it, and takes it back by its own means. */
  readonly ownerless?: true;
  /** The project is closed to some addresses: nothing may be handed out that is of use from others. */
  readonly fromHereAlone?: true;
  /** Undefined: it has to be decided anew each time. */
  readonly lasts?: Lasting | undefined;
}

/**
 * Where somebody looks from, when projects are closed to some addresses: what they show is left out that is closed to this one, an
 * `addressKey`, or `unknown`, which none of them is open to.
 */
interface Sight {
  readonly from?: string;
}

/** Which repositories and projects a list may show, in a form that the metadata turns into one SQL predicate. */
export type Visibility =
  | ({ readonly kind: 'everything' } & Sight)
  | { readonly kind: 'nothing' }
  /** Those on which `holder` has a role with this action, and all of projects of these visibilities. */
  | ({
      readonly kind: 'held';
      readonly holder: RoleHolder | undefined;
      /** As `maskOf` makes it. */
      readonly action: number;
      readonly open: readonly ProjectVisibility[];
      /** Projects of which all is shown besides: somebody else allows it. At most some thousand. */
      readonly projects?: readonly NamedProject[];
    } & Sight);

/**
 * The one place that decides, for every surface. A credential's limit is an upper bound and is applied here too, so
 * that no caller can forget it.
 */
export interface Authorizer {
  decide(principal: Principal, action: Action, resource: Resource): Promise<Decision>;
  /** For lists: never filter row by row. A limited principal sees nothing beyond its limit (`nothing` when in doubt). */
  visible(principal: Principal, action: Action): Promise<Visibility>;
}

/**
 * `user:12:alice`, `robot:4:ci`, `kubernetes:prod:system:serviceaccount:ci:ci-cd`, `anonymous`: how history, events, and upload sessions
 * name a subject.
 */
export function actorOf(subject: Subject): string {
  if (subject.kind === 'anonymous') return 'anonymous';
  return `${subject.kind}:${subject.kind === 'kubernetes' ? subject.cluster : subject.id}:${subject.name}`;
}

/** Whom roles are looked up for; undefined for those who can hold none. */
export function holderOf(subject: Subject): RoleHolder | undefined {
  return subject.kind === 'user' || subject.kind === 'robot' ? { kind: subject.kind, id: subject.id } : undefined;
}
