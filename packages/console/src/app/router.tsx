import { createRootRoute, createRoute, createRouter, lazyRouteComponent, useRouter } from '@tanstack/react-router';
import { accountRoutes } from '../areas/account/routes.ts';
import { adminRoutes } from '../areas/admin/routes.ts';
import { compareRoutes } from '../areas/compare/routes.ts';
import { deployRoutes } from '../areas/deploy/routes.ts';
import { homeRoutes } from '../areas/home/routes.ts';
import { imageRoutes } from '../areas/image/routes.ts';
import { projectRoutes } from '../areas/projects/routes.ts';
import { repositoryRoutes } from '../areas/repository/routes.ts';
import { searchRoutes } from '../areas/search/routes.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { EmptyState } from '../widgets/empty-state.tsx';
import { PageHeading } from '../widgets/page-heading.tsx';
import { Problem } from '../widgets/problem.tsx';
import { Waiting } from '../widgets/waiting.tsx';
import { AppLayout } from './layout.tsx';

const root = createRootRoute({ component: AppLayout, notFoundComponent: NotFound });

const routeTree = root.addChildren([
  ...homeRoutes(root),
  ...projectRoutes(root),
  ...repositoryRoutes(root),
  ...imageRoutes(root),
  ...compareRoutes(root),
  ...deployRoutes(root),
  ...adminRoutes(root),
  ...accountRoutes(root),
  ...searchRoutes(root),
  createRoute({
    getParentRoute: () => root,
    path: '/signed-in',
    component: lazyRouteComponent(() => import('./signed-in-page.tsx'), 'SignedInPage'),
  }),
]);

/** Every page. Each area brings its own, which are loaded when somebody goes there. */
export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: PageProblem,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  const say = useTexts(appTexts);
  return (
    <>
      <PageHeading title={say('notFoundTitle')} />
      <EmptyState title={say('notFound')} />
    </>
  );
}

/** What a page threw; to try again loads it again, too. */
function PageProblem({ error }: { error: unknown }) {
  const router = useRouter();
  return <Problem error={error instanceof Error ? error : new Error(String(error))} onRetry={() => void router.invalidate()} />;
}
