import { actorOf, type Decision, type Principal } from './authorizer.ts';

/** Who did it, as history and events keep it: `user:12:alice`, `anonymous`, `system:gc`, `command-line:root`. */
export type Actor = string;

/** Who does something, with what right, and from where: what history, events and the audit log say of a change. Plain data, free of secrets. */
export interface Agent {
  readonly actor: Actor;
  /** As `Principal.credential`; `system` and `command-line` for what nobody asked for over the network. */
  readonly credential: string;
  /** The client's address; undefined for what came by no connection. */
  readonly address: string | undefined;
  /** As in `X-Request-Id`. */
  readonly requestId: string | undefined;
  /** Why it is allowed, in the authorizer's words. */
  readonly reason: string;
  /** Names of the roles through which the actor may do it. */
  readonly roles: readonly string[];
  /** As `Decision.project`. */
  readonly project?: number | 'none' | undefined;
  /** As `Decision.ownerless`. */
  readonly ownerless?: true;
}

/** The principal of a request, acting because of a decision. */
export function agentOf(
  { subject, credential }: Principal,
  { reason, roles, project, ownerless }: Pick<Decision, 'reason' | 'roles' | 'project' | 'ownerless'>,
  from: { readonly address: string; readonly requestId: string },
): Agent {
  const { address, requestId } = from;
  return { actor: actorOf(subject), credential, address, requestId, reason, roles, project, ...(ownerless && { ownerless }) };
}

/** The registry's own work, such as `gc`. */
export function systemAgent(work: string): Agent {
  const reason = 'work of the registry itself';
  return { actor: `system:${work}`, credential: 'system', address: undefined, requestId: undefined, reason, roles: [] };
}

/** Somebody with a shell on the host, under this name of the operating system. */
export function commandLineAgent(osUser: string): Agent {
  const reason = 'whoever may read the configuration may do everything';
  return { actor: `command-line:${osUser}`, credential: 'command-line', address: undefined, requestId: undefined, reason, roles: [] };
}
