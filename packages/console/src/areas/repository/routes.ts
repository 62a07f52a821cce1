import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { repositoriesSearch, repositorySearch } from './repository-search.ts';

/** Pages of this area. */
export function repositoryRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/repositories',
      validateSearch: repositoriesSearch,
      component: lazyRouteComponent(() => import('./repositories-page.tsx'), 'RepositoriesPage'),
    }),
    createRoute({
      getParentRoute: () => root,
      path: '/repositories/$repository',
      validateSearch: repositorySearch,
      component: lazyRouteComponent(() => import('./repository-page.tsx'), 'RepositoryPage'),
    }),
  ] as const;
}
