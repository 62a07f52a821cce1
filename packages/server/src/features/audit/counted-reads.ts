import type { Agent } from '../../registry/ports/agent.ts';
import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RequestRecord } from '../../registry/ports/request-observer.ts';
import { projectOf } from '../../registry/project-name.ts';

/** Pairs of subject and repository that are told apart between two looks; the rest is counted together. */
const mostPairs = 20_000;
const readStatuses: readonly number[] = [200, 206, 304, 307];

/** Who reads when too many do to be told apart. */
const various: Agent = {
  actor: 'various',
  credential: 'various',
  address: undefined,
  requestId: undefined,
  reason: 'too many different reads',
  roles: [],
};

const managementPath = '/api/v1/';

/** What was asked for, by the kind of route. */
const nouns: Readonly<Record<string, 'manifests' | 'blobs' | 'lists'>> = {
  manifest: 'manifests',
  blob: 'blobs',
  tags: 'lists',
  referrers: 'lists',
};

interface Tally {
  readonly at: Millis;
  readonly by: Agent;
  readonly repository: string | undefined;
  /** Manifests and blobs that were got. */
  readonly pulled: { manifests: number; blobs: number; bytes: number };
  /** Manifests and blobs that were asked about by HEAD, and lists: of tags and referrers, and what the management API tells. */
  readonly lookedUp: { manifests: number; blobs: number; lists: number };
}

/** What was read, counted by subject, credential and repository until it is taken: nothing is written for a single pull. */
export class CountedReads {
  #tallies = new Map<string, Tally>();

  /** Takes note of a request that is over, if it was a read. */
  note({ route, path, method, status, by, repository, bytesSent }: RequestRecord, at: Millis): void {
    const noun = nouns[route] ?? (path.startsWith(managementPath) ? 'lists' : undefined);
    if (noun === undefined || by === undefined || repository === undefined || !readStatuses.includes(status)) return;
    if (method !== 'GET' && method !== 'HEAD') return;
    const { pulled, lookedUp } = this.#tallyOf(by, repository, at);
    if (method === 'HEAD' || noun === 'lists') lookedUp[noun] += 1;
    else {
      pulled[noun] += 1;
      pulled.bytes += bytesSent;
    }
  }

  /** Everything that was counted since; forgotten by this. */
  take(): NewAuditEntry[] {
    const tallies = [...this.#tallies.values()];
    this.#tallies = new Map();
    return tallies.flatMap((tally) => {
      const { pulled, lookedUp } = tally;
      const pull = entryOf(tally, 'pull', pulled.manifests + pulled.blobs, pulled);
      const lookUp = entryOf(tally, 'look-up', lookedUp.manifests + lookedUp.blobs + lookedUp.lists, lookedUp);
      return [pull, lookUp].filter(({ count }) => count > 0);
    });
  }

  #tallyOf(by: Agent, repository: string, at: Millis): Tally {
    const key = `${by.actor} ${by.credential} ${by.project} ${repository}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    const isOver = this.#tallies.size >= mostPairs;
    const tally = isOver ? this.#tallies.get('') : undefined;
    if (tally !== undefined) return tally;
    const fresh = {
      at,
      by: isOver ? various : by,
      repository: isOver ? undefined : repository,
      pulled: { manifests: 0, blobs: 0, bytes: 0 },
      lookedUp: { manifests: 0, blobs: 0, lists: 0 },
    };
    this.#tallies.set(isOver ? '' : key, fresh);
    return fresh;
  }
}

function entryOf({ at, by, repository }: Tally, action: string, count: number, detail: Readonly<Record<string, number>>): NewAuditEntry {
  return {
    at,
    by,
    action,
    resource: repository === undefined ? { kind: 'registry', name: '' } : { kind: 'repository', name: repository },
    project: repository === undefined ? undefined : projectOf(repository as never),
    outcome: 'allowed',
    count,
    detail,
  };
}
