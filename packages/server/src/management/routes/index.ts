import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Route } from '../route.ts';
import { meRoutes } from './me.ts';

/** What the core's operations are made of; each takes the narrow port that it needs. */
export interface CoreRouteDeps {
  readonly metadata: MetadataStore;
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly clock: () => Millis;
}

/** The operations of what every registry has: users, projects, repositories, tags; features bring their own. */
export function coreRoutes(_deps: CoreRouteDeps): readonly Route[] {
  return [...meRoutes()];
}
