import type { Route } from '../route.ts';
import { meRoutes } from './me.ts';

/** The operations of what every registry has: users, repositories, tags; features bring their own. */
export function coreRoutes(): readonly Route[] {
  return [...meRoutes()];
}
