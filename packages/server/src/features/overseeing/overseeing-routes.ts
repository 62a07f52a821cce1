import { defineRoute, type Route } from '../../management/route.ts';
import { namesToldActors } from '../../management/told-actors.ts';
import type { Principal } from '../../registry/ports/authorizer.ts';
import { dayOf } from '../../registry/utc-day.ts';
import {
  overview,
  settingList,
  showDay,
  showPulled,
  showPush,
  showSetting,
  showStorage,
  showWarning,
  storage,
} from './overseeing-bodies.ts';
import type { OverseeingDeps } from './overseeing-deps.ts';
import { OverseeingFigures, shownDays } from './storage-figures.ts';

/** Entries of each list of an overview. */
const shownEntries = 10;

const administrators = { action: 'administer', on: () => ({ kind: 'registry' }) as const } as const;

/** `/overview` for everybody, of what each may see; `/storage` and `/settings` for administrators. */
export function overseeingRoutes(deps: OverseeingDeps): Route[] {
  // Made when it is first asked for, since it looks at the clock.
  let made: OverseeingFigures | undefined;
  const figures = () => {
    made ??= new OverseeingFigures(deps);
    return made;
  };
  return [
    defineRoute({
      tag: 'overview',
      needs: 'anybody',
      method: 'GET',
      path: '/overview',
      operationId: 'getOverview',
      summary: 'Recent pushes, top images and pulls by day, of what the caller may see; for administrators storage and warnings too',
      responses: { 200: overview },
      handle: async ({ principal }) => ({ status: 200, body: await lookOver(deps, figures, principal) }),
    }),
    defineRoute({
      tag: 'overview',
      needs: administrators,
      method: 'GET',
      path: '/storage',
      operationId: 'getStorage',
      summary: 'What each store holds and has left, and what is saved because projects share it',
      responses: { 200: storage },
      handle: async () => {
        const counted = await figures().counted();
        return { status: 200, body: showStorage(counted, await figures().stores(counted.value)) };
      },
    }),
    defineRoute({
      tag: 'settings',
      needs: administrators,
      method: 'GET',
      path: '/settings',
      operationId: 'listSettings',
      summary: 'The configuration that applies to the process that answers, and where each value came from; secrets are masked',
      responses: { 200: settingList },
      handle: async () => ({
        status: 200,
        body: { settings: deps.settings().map(showSetting) },
      }),
    }),
  ];
}

async function lookOver(deps: OverseeingDeps, figures: () => OverseeingFigures, principal: Principal) {
  const { overview: store, authorizer, clock } = deps;
  const visibility = await authorizer.visible(principal, 'list');
  const { allow } = await authorizer.decide(principal, 'administer', { kind: 'registry' });
  const pushes = await store.listRecentPushes(visibility, shownEntries);
  const pulled = await store.listMostPulled(visibility, shownEntries);
  const ofVisible = await store.sumDaysOfPulls(visibility, dayOf(clock()) - shownDays + 1);
  const days = ofVisible ?? (await figures().counted()).value.use.days;
  const told = await namesToldActors(
    authorizer,
    principal,
    pushes.map(({ repository: name }) => ({ kind: 'repository', name })),
  );
  return {
    recentPushes: pushes.map((push) => showPush(push, told.has(push.repository))),
    topImages: pulled.map(showPulled),
    pulls: days.map(showDay),
    ...(allow && { administration: await administrationOf(figures()) }),
  };
}

async function administrationOf(figures: OverseeingFigures) {
  const counted = await figures.counted();
  const { repositories, manifests, tags, uploads } = counted.value.inventory;
  const warnings = await figures.warnings();
  return {
    ...{ repositories, manifests, tags, openUploads: uploads },
    storage: showStorage(counted, await figures.stores(counted.value)),
    warnings: warnings.map(showWarning),
  };
}
