import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { imageSearch } from './image-search.ts';

/** Pages of this area. */
export function imageRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/repositories/$repository/images/$reference',
      validateSearch: imageSearch,
      component: lazyRouteComponent(() => import('./image-page.tsx'), 'ImagePage'),
    }),
  ] as const;
}
