import { type AnyRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { auditSearch } from '../../widgets/audit-search.ts';

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Pages of this area: the list, and one project with a page for each thing that it has. */
export function projectRoutes<R extends AnyRootRoute>(root: R) {
  const list = createRoute({
    getParentRoute: () => root,
    path: '/projects',
    validateSearch: ({ q }: Record<string, unknown>): { q?: string } => (text(q) === undefined ? {} : { q: String(q) }),
    component: lazyRouteComponent(() => import('./projects-page.tsx'), 'ProjectsPage'),
  });
  const project = createRoute({
    getParentRoute: () => root,
    path: '/projects/$project',
    component: lazyRouteComponent(() => import('./project-frame.tsx'), 'ProjectFrame'),
  });
  const below = { getParentRoute: () => project } as const;
  const pages = [
    createRoute({ ...below, path: '/', component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage') }),
    createRoute({ ...below, path: '/members', component: lazyRouteComponent(() => import('./members-page.tsx'), 'MembersPage') }),
    createRoute({ ...below, path: '/roles', component: lazyRouteComponent(() => import('./roles-page.tsx'), 'RolesPage') }),
    createRoute({ ...below, path: '/robots', component: lazyRouteComponent(() => import('./robots-page.tsx'), 'RobotsPage') }),
    createRoute({ ...below, path: '/robots/$robot', component: lazyRouteComponent(() => import('./robot-page.tsx'), 'RobotPage') }),
    createRoute({ ...below, path: '/quota', component: lazyRouteComponent(() => import('./quota-page.tsx'), 'QuotaPage') }),
    createRoute({ ...below, path: '/tag-rules', component: lazyRouteComponent(() => import('./tag-rules-page.tsx'), 'TagRulesPage') }),
    createRoute({ ...below, path: '/retention', component: lazyRouteComponent(() => import('./retention-page.tsx'), 'RetentionPage') }),
    createRoute({ ...below, path: '/webhooks', component: lazyRouteComponent(() => import('./webhooks-page.tsx'), 'WebhooksPage') }),
    createRoute({ ...below, path: '/webhooks/$webhook', component: lazyRouteComponent(() => import('./webhook-page.tsx'), 'WebhookPage') }),
    createRoute({ ...below, path: '/jobs', component: lazyRouteComponent(() => import('./jobs-page.tsx'), 'JobsPage') }),
    createRoute({
      ...below,
      path: '/audit',
      validateSearch: auditSearch,
      component: lazyRouteComponent(() => import('./audit-page.tsx'), 'AuditPage'),
    }),
    createRoute({ ...below, path: '/settings', component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage') }),
  ] as const;
  return [list, project.addChildren(pages)] as const;
}
