import type { Millis } from './ports/content-store.ts';

/** How long after proving who they are somebody may make credentials. */
export const recentMs: Millis = 10 * 60_000;

/**
 * Whether somebody who proved then who they are may make credentials now. A browser that was left open, or a stolen cookie, must not become a token
 * that outlives it.
 */
export function isRecentSignIn(provedAt: Millis, now: Millis): boolean {
  return now - provedAt < recentMs;
}
