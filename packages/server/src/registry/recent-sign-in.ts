import type { Millis } from './ports/content-store.ts';

const recentMs = 10 * 60_000;

/**
 * Whether somebody who signed in then may make credentials now. A browser that was left open, or a stolen cookie, must not become a token
 * that outlives it.
 */
export function isRecentSignIn(since: Millis, now: Millis): boolean {
  return now - since < recentMs;
}
