import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { Registry } from '../../registry/registry.ts';
import { ApiError } from '../problems.ts';
import type { Route } from '../route.ts';
import { manifestRoutes } from './manifests.ts';
import { meRoutes } from './me.ts';
import { repositoryRoutes } from './repositories.ts';
import { type Deleter, tagRoutes } from './tags.ts';

/** What the core's operations are made of; each takes the narrow port that it needs. */
export interface CoreRouteDeps {
  readonly metadata: MetadataStore;
  readonly registry: Registry;
  /** false: nothing is deleted (`deletion.enabled`). */
  readonly deletion: boolean;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}

/** The operations of what every registry has: users, projects, repositories, tags; features bring their own. */
export function coreRoutes({ metadata, registry, deletion, authorizer }: CoreRouteDeps): readonly Route[] {
  const deleter = deletion ? registry : refusesDeletion;
  return [...meRoutes(), ...repositoryRoutes(metadata, authorizer), ...tagRoutes(metadata, deleter), ...manifestRoutes(metadata, deleter)];
}

const refusesDeletion: Deleter = {
  deleteManifest: async () => {
    throw new ApiError('forbidden', { detail: 'Deletion is switched off in this registry: its administrator sets deletion.enabled.' });
  },
};
