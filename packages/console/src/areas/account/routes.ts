import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

/** Pages of this area. */
export function accountRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/account',
      component: lazyRouteComponent(() => import('./account-page.tsx'), 'AccountPage'),
    }),
  ] as const;
}
