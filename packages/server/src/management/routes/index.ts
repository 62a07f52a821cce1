import type { AccountService } from '../../registry/ports/account-service.ts';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { SecondFactorService } from '../../registry/ports/sign-in-service.ts';
import type { Registry } from '../../registry/registry.ts';
import { ApiError } from '../problems.ts';
import type { Route } from '../route.ts';
import { accessRoutes } from './access.ts';
import { accessTokenRoutes } from './access-tokens.ts';
import { deleteRepositoryRoute, type RepositoryDeleter, repositoryLossesRoute } from './delete-repository.ts';
import { groupRoutes } from './groups.ts';
import { jobRoutes } from './jobs.ts';
import { manifestRoutes } from './manifests.ts';
import { meRoutes } from './me.ts';
import { memberRoutes } from './members.ts';
import { projectRoutes } from './projects.ts';
import { quotaRoutes } from './quotas.ts';
import { repositoryRoutes } from './repositories.ts';
import { roleRoutes } from './roles.ts';
import { searchRoute } from './search.ts';
import { secondFactorRoutes } from './second-factor.ts';
import { sessionRoutes } from './sessions.ts';
import { type Deleter, tagRoutes } from './tags.ts';
import { userIdentityRoutes } from './user-identities.ts';
import { userRoutes } from './users.ts';

/** What the core's operations are made of; each takes the narrow port that it needs. */
export interface CoreRouteDeps {
  readonly metadata: MetadataStore;
  readonly registry: Registry;
  readonly accounts: AccountService;
  readonly factors: SecondFactorService;
  /** false: nothing is deleted (`deletion.enabled`). */
  readonly deletion: boolean;
  readonly authorizer: Authorizer;
  /** Name of the store on which a new project lives. */
  readonly storeOf: (project: string) => string;
  readonly clock: () => Millis;
}

/** The operations of what every registry has: users, projects, repositories, tags; features bring their own. */
export function coreRoutes({
  metadata,
  registry,
  accounts,
  factors,
  deletion,
  authorizer,
  storeOf,
  clock,
}: CoreRouteDeps): readonly Route[] {
  const deleter = deletion ? registry : refusesDeletion;
  const users = { accounts: metadata, service: accounts, authorizer, clock };
  const roles = { roles: metadata, authorizer, clock };
  return [
    ...meRoutes(),
    ...userRoutes(users),
    ...accessTokenRoutes(users),
    ...userIdentityRoutes({ ...users, identities: metadata }),
    ...sessionRoutes({ ...users, sessions: metadata }),
    ...secondFactorRoutes({ ...users, factors }),
    ...projectRoutes({ tenants: metadata, authorizer, storeOf, clock }),
    ...accessRoutes(authorizer),
    ...roleRoutes(roles),
    ...memberRoutes(roles),
    ...groupRoutes({ groups: metadata, authorizer, clock }),
    ...repositoryRoutes(metadata, authorizer),
    searchRoute(metadata, authorizer),
    deleteRepositoryRoute(deletion ? metadata : refusesDeletion, clock),
    repositoryLossesRoute(metadata),
    ...tagRoutes(metadata, authorizer, deleter),
    ...manifestRoutes(metadata, authorizer, deleter),
    ...jobRoutes({ jobs: metadata, projects: metadata, clock }),
    ...quotaRoutes(metadata, clock),
  ];
}

const refuse = async () => {
  throw new ApiError('forbidden', { detail: 'Deletion is switched off in this registry: its administrator sets deletion.enabled.' });
};
const refusesDeletion: Deleter & RepositoryDeleter = { deleteManifest: refuse, deleteRepository: refuse };
