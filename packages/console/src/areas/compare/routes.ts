import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { compareSearch } from './compare-search.ts';

/** Pages of this area. */
export function compareRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/compare',
      validateSearch: compareSearch,
      component: lazyRouteComponent(() => import('./compare-page.tsx'), 'ComparePage'),
    }),
  ] as const;
}
