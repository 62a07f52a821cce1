import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { deploySearch } from './deploy-search.ts';

/** Pages of this area. */
export function deployRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/deploy',
      validateSearch: deploySearch,
      component: lazyRouteComponent(() => import('./deploy-page.tsx'), 'DeployPage'),
    }),
  ] as const;
}
