import type { Feature } from '../feature.ts';
import type { OverseeingDeps } from './overseeing-deps.ts';

/** What the registry holds, who uses it, and what is wrong with it, at a glance. */
export function overseeing(deps: OverseeingDeps): Feature {
  return { name: 'overseeing', routes: async () => (await import('./overseeing-routes.ts')).overseeingRoutes(deps) };
}
