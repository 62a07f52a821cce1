import type { Scope } from '@longshore/oci';
import { parseRepositoryName } from '@longshore/oci';
import type { AccessLimit, Action, Authorizer, Principal, Resource } from '../registry/ports/authorizer.ts';

/** An entry of a registry token's `access` claim (distribution, "Token Authentication Implementation"). */
export interface TokenAccess {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
}

/** What each action of the token protocol means here. `delete` is its own: `push` never includes it. */
const repositoryActions: Readonly<Record<'pull' | 'push' | 'delete', readonly Action[]>> = {
  pull: ['pull'],
  push: ['push', 'update'],
  delete: ['delete'],
};
const repositoryVerbs = ['pull', 'push', 'delete'] as const;

/** Repositories that one token may name, and how long the claim may get: the token travels in a header. */
const maxEntries = 32;
const maxClaimLength = 4096;

/**
 * The `access` claim for these scopes: of what is asked for, what the principal may do now. `*` asks for everything that
 * a token can hold. Scopes of unknown types, invalid names, and those beyond 32 repositories or 4,096 characters are left out.
 */
export async function grantAccess(authorizer: Authorizer, principal: Principal, scopes: readonly Scope[]): Promise<TokenAccess[]> {
  const granted: TokenAccess[] = [];
  let length = 0;
  for (const asked of [...mergeScopes(scopes).values()].slice(0, maxEntries)) {
    const actions: string[] = [];
    for (const [verb, action] of asked.verbs) {
      if ((await authorizer.decide(principal, action, asked.resource)).allow) actions.push(verb);
    }
    const entry: TokenAccess = { type: asked.type, name: asked.name, actions };
    length += JSON.stringify(entry).length;
    if (length > maxClaimLength) break;
    if (actions.length > 0) granted.push(entry);
  }
  return granted;
}

interface Asked {
  readonly type: TokenAccess['type'];
  readonly name: string;
  readonly resource: Resource;
  /** Each verb with the action whose permission puts it into the token. */
  readonly verbs: Map<string, Action>;
}

/** One entry per resource that can be asked for, in the order of the scopes. */
function mergeScopes(scopes: readonly Scope[]): Map<string, Asked> {
  const merged = new Map<string, Asked>();
  for (const scope of scopes) {
    const asked = askedBy(scope);
    if (asked === undefined) continue;
    const key = `${asked.type}:${asked.name}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, asked);
    else for (const [verb, action] of asked.verbs) known.verbs.set(verb, action);
  }
  return merged;
}

function askedBy({ type, class: className, name, actions }: Scope): Asked | undefined {
  if (type === 'registry' && name === 'catalog' && actions.includes('*')) {
    return { type, name, resource: { kind: 'registry' }, verbs: new Map([['*', 'list']]) };
  }
  // For a mount from wherever the blob is: reading is then bounded by the subject's own rights alone.
  if (isEveryRepository(type, name) && className === undefined && actions.includes('pull')) {
    return { type: 'repository', name, resource: { kind: 'registry' }, verbs: new Map([['pull', 'list']]) };
  }
  // `repository(plugin)` is about something else than images.
  const repository = type === 'repository' && className === undefined ? parseRepositoryName(name) : undefined;
  if (repository === undefined) return undefined;
  const verbs = repositoryVerbs.filter((verb) => actions.includes(verb) || actions.includes('*'));
  return {
    type: 'repository',
    name,
    resource: { kind: 'repository', name: repository },
    verbs: new Map(verbs.map((verb) => [verb, verb])),
  };
}

/** The upper bound that an `access` claim sets; undefined when the claim is not of the form that `grantAccess` makes. */
export function limitOfAccess(claim: unknown): AccessLimit | undefined {
  if (!Array.isArray(claim)) return undefined;
  const limits = claim.map(limitOfEntry);
  return limits.every((limit) => limit !== undefined) ? limits : undefined;
}

function limitOfEntry(entry: unknown): AccessLimit[number] | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { type, name, actions } = entry as Partial<Record<string, unknown>>;
  if (typeof name !== 'string' || !Array.isArray(actions)) return undefined;
  if (type === 'registry') return name === 'catalog' && actions[0] === '*' ? { repository: '*', actions: ['list'] } : undefined;
  if (isEveryRepository(type, name)) return { repository: '*', actions: actions.includes('pull') ? ['pull'] : [] };
  const repository = type === 'repository' ? parseRepositoryName(name) : undefined;
  if (repository === undefined) return undefined;
  return { repository, actions: repositoryVerbs.filter((verb) => actions.includes(verb)).flatMap((verb) => repositoryActions[verb]) };
}

function isEveryRepository(type: unknown, name: string): boolean {
  return type === 'repository' && name === '*';
}
