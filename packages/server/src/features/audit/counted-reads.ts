import type { Agent } from '../../registry/ports/agent.ts';
import type { NewAuditEntry } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { RequestRecord } from '../../registry/ports/request-observer.ts';
import { projectOf } from '../../registry/project-name.ts';

/** Pairs of subject and repository that are told apart between two looks; the rest is counted together. */
const mostPairs = 20_000;
const readStatuses: readonly number[] = [200, 206, 304, 307];

interface Tally {
  readonly at: Millis;
  readonly by: Agent;
  readonly repository: string | undefined;
  manifests: number;
  blobs: number;
  bytes: number;
}

/** What was pulled, counted by subject, credential and repository until it is taken: nothing is written for a single pull. */
export class CountedReads {
  #tallies = new Map<string, Tally>();

  /** Takes note of a request that is over, if it was a pull. */
  note({ route, method, status, by, repository, bytesSent }: RequestRecord, at: Millis): void {
    if (method !== 'GET' || by === undefined || repository === undefined) return;
    if ((route !== 'manifest' && route !== 'blob') || !readStatuses.includes(status)) return;
    const tally = this.#tallyOf(by, repository, at);
    if (route === 'manifest') tally.manifests += 1;
    else tally.blobs += 1;
    tally.bytes += bytesSent;
  }

  /** Everything that was counted since; forgotten by this. */
  take(): NewAuditEntry[] {
    const tallies = [...this.#tallies.values()];
    this.#tallies = new Map();
    return tallies.map(({ at, by, repository, manifests, blobs, bytes }) => ({
      at,
      by,
      action: 'pull',
      resource: repository === undefined ? { kind: 'registry', name: '' } : { kind: 'repository', name: repository },
      project: repository === undefined ? undefined : projectOf(repository as never),
      outcome: 'allowed',
      count: manifests + blobs,
      detail: { manifests, blobs, bytes },
    }));
  }

  #tallyOf(by: Agent, repository: string, at: Millis): Tally {
    const key = `${by.actor} ${by.credential} ${by.project} ${repository}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    const isOver = this.#tallies.size >= mostPairs;
    const tally = isOver ? this.#tallies.get('') : undefined;
    if (tally !== undefined) return tally;
    const anybody: Agent = { ...by, actor: 'various', credential: 'various', address: undefined, requestId: undefined, project: undefined };
    const fresh = { at, by: isOver ? anybody : by, repository: isOver ? undefined : repository, manifests: 0, blobs: 0, bytes: 0 };
    this.#tallies.set(isOver ? '' : key, fresh);
    return fresh;
  }
}
