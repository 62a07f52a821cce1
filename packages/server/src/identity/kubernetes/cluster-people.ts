import type { KubernetesSubject } from '../../registry/ports/authorizer.ts';
import type { ClusterPeople } from '../../registry/ports/cluster-reviews.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ExternalAccountStore, ExternalNames } from '../../registry/ports/external-account-store.ts';
import { RecentReviews } from './recent-reviews.ts';

/** Of longer names the end may be missing, and others begin alike. */
const mostNameLength = 254;

/** By which names a cluster knows the people of a provider. */
export interface PeopleRule {
  /** Name of the cluster in the configuration. */
  readonly cluster: string;
  /** Name of the provider, or directory, in the configuration. */
  readonly provider: string;
  readonly userPrefix: string;
  readonly groupPrefix: string;
}

interface NamedPeopleOptions {
  readonly rules: readonly PeopleRule[];
  readonly accounts: Pick<ExternalAccountStore, 'findExternalNames'>;
  /** A clock that never goes back. */
  readonly elapsed: () => Millis;
}

/** Users under the names that their provider gives them, with what each cluster puts before those. */
export class NamedPeople implements ClusterPeople {
  readonly #options: NamedPeopleOptions;
  readonly #known: RecentReviews<readonly KubernetesSubject[]>;

  constructor(options: NamedPeopleOptions) {
    this.#options = options;
    this.#known = new RecentReviews({ most: { good: 10_000, other: 1 }, otherForMs: 0, elapsed: options.elapsed });
  }

  knownAs(userId: number): Promise<readonly KubernetesSubject[]> {
    return this.#known.of(String(userId), async () => ({ outcome: await this.#read(userId), isGood: true }));
  }

  async #read(userId: number): Promise<readonly KubernetesSubject[]> {
    const { rules, accounts } = this.#options;
    const names = await accounts.findExternalNames(userId);
    return rules.flatMap((rule) => names.filter(({ provider }) => provider === rule.provider).flatMap((known) => subjectBy(rule, known)));
  }
}

function subjectBy({ cluster, userPrefix, groupPrefix }: PeopleRule, { name, groups }: ExternalNames): KubernetesSubject[] {
  const [user, ...rest] = [userPrefix + name, ...groups.map((group) => groupPrefix + group)];
  if (user === undefined || name.length > mostNameLength || isReserved(user)) return [];
  return [{ kind: 'kubernetes', cluster, name: user, uid: '', groups: rest.filter((group) => !isReserved(group)), extra: {} }];
}

/** Names that Kubernetes keeps for itself: no provider may call somebody `system:masters`. */
function isReserved(name: string): boolean {
  return name.startsWith('system:');
}
