import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { auditSearch } from '../../widgets/audit-search.ts';

const id = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined);

/** Pages of this area, all within one frame. */
export function adminRoutes<R extends AnyRootRoute>(root: R) {
  const frame = createRoute({
    getParentRoute: () => root,
    path: '/administration',
    component: lazyRouteComponent(() => import('./administration-frame.tsx'), 'AdministrationFrame'),
  });
  const below = { getParentRoute: () => frame } as const;
  const pages = [
    createRoute({ ...below, path: '/', component: lazyRouteComponent(() => import('./storage-page.tsx'), 'StoragePage') }),
    createRoute({ ...below, path: '/users', component: lazyRouteComponent(() => import('./users-page.tsx'), 'UsersPage') }),
    createRoute({ ...below, path: '/users/$user', component: lazyRouteComponent(() => import('./user-page.tsx'), 'UserPage') }),
    createRoute({ ...below, path: '/groups', component: lazyRouteComponent(() => import('./groups-page.tsx'), 'GroupsPage') }),
    createRoute({ ...below, path: '/members', component: lazyRouteComponent(() => import('./members-page.tsx'), 'MembersPage') }),
    createRoute({ ...below, path: '/roles', component: lazyRouteComponent(() => import('./roles-page.tsx'), 'RolesPage') }),
    createRoute({ ...below, path: '/robots', component: lazyRouteComponent(() => import('./robots-page.tsx'), 'RobotsPage') }),
    createRoute({ ...below, path: '/quotas', component: lazyRouteComponent(() => import('./quotas-page.tsx'), 'QuotasPage') }),
    createRoute({ ...below, path: '/webhooks', component: lazyRouteComponent(() => import('./webhooks-page.tsx'), 'WebhooksPage') }),
    createRoute({ ...below, path: '/jobs', component: lazyRouteComponent(() => import('./jobs-page.tsx'), 'JobsPage') }),
    createRoute({
      ...below,
      path: '/garbage',
      // A run survives a reload: it is found again by its job.
      validateSearch: ({ job }: Record<string, unknown>): { job?: string } => (id(job) === undefined ? {} : { job: String(job) }),
      component: lazyRouteComponent(() => import('./garbage-page.tsx'), 'GarbagePage'),
    }),
    createRoute({
      ...below,
      path: '/audit',
      validateSearch: auditSearch,
      component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
    }),
    createRoute({ ...below, path: '/settings', component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage') }),
  ] as const;
  return [frame.addChildren(pages)] as const;
}
