import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { searchOf } from './search-address.ts';

/** Pages of this area. */
export function searchRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/search',
      validateSearch: searchOf,
      component: lazyRouteComponent(() => import('./search-page.tsx'), 'SearchPage'),
    }),
  ] as const;
}
