import { systemAgent } from '../../registry/ports/agent.ts';
import type { RobotStore } from '../../registry/ports/robot-store.ts';
import type { Feature } from '../feature.ts';
import type { RobotDeps } from './robot-operations.ts';

const noticeMs = 7 * 24 * 60 * 60 * 1000;
const batch = 100;

/** Machine accounts: their routes, and the announcement of those that expire. */
export function robots(deps: RobotDeps): Feature {
  const run = (signal: AbortSignal): Promise<void> => announceExpiry(deps, signal);
  return {
    name: 'robots',
    routes: async () => {
      const [{ robotRoutes }, { trustRoutes }] = await Promise.all([import('./robot-routes.ts'), import('./trust-routes.ts')]);
      return [...robotRoutes(deps), ...trustRoutes(deps)];
    },
    jobs: [{ name: 'robots', cron: '*/10 * * * *', run }],
  };
}

/** Tells once of each robot that expires within a week, and of each that has expired; forgets secrets that have ended. */
async function announceExpiry(
  { robots: store, now }: { robots: Pick<RobotStore, 'announceRobotExpiry'>; now: () => number },
  signal: AbortSignal,
): Promise<void> {
  const by = systemAgent('robots');
  let isMore = true;
  while (isMore && !signal.aborted) {
    const at = now();
    isMore = await store.announceRobotExpiry({ before: at + noticeMs, at, limit: batch, by });
  }
}
