import type { Feature } from './features/feature.ts';
import { createFeatures } from './features/index.ts';
import type { Route } from './management/route.ts';
import type { CoreRouteDeps } from './management/routes/index.ts';

/** Every operation of the management API. Loads what describes them, which takes long. */
export async function apiRoutes(core: CoreRouteDeps, features: readonly Feature[]): Promise<readonly Route[]> {
  const { coreRoutes } = await import('./management/routes/index.ts');
  const { descriptionRoute } = await import('./management/routes/description.ts');
  const ofFeatures = await Promise.all(features.map(({ routes }) => routes?.() ?? []));
  const routes = [...coreRoutes(core), ...ofFeatures.flat()];
  return [...routes, descriptionRoute(routes)];
}

/** The same over nothing, to describe them: none may be called. */
export function describedRoutes(): Promise<readonly Route[]> {
  return apiRoutes(nothing as CoreRouteDeps, createFeatures(nothing as Parameters<typeof createFeatures>[0]));
}

/** Whatever is looked for in it is it again: what is made of ports only keeps them until it is called. */
const nothing: unknown = new Proxy(Object, {
  get: () => nothing,
  apply: () => {
    throw new TypeError('This operation was made to be described, not to be called.');
  },
});
