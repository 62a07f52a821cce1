import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';

/** Pages of this area. */
export function homeRoutes<R extends AnyRootRoute>(root: R) {
  return [
    createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./home-page.tsx'), 'HomePage') }),
  ] as const;
}
