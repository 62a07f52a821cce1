import type { Feature } from '../feature.ts';
import type { ComparisonDeps } from './comparison-deps.ts';
import { comparisonJob } from './run-comparison.ts';

/** Comparisons of two images, found out by jobs and kept for a while. */
export function comparison(deps: ComparisonDeps): Feature {
  return {
    name: 'comparison',
    routes: async () => (await import('./comparison-routes.ts')).comparisonRoutes(deps),
    queued: [comparisonJob(deps)],
  };
}
