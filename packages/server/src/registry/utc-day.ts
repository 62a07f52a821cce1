import type { Day } from './ports/pull-store.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** The day in UTC of an instant. */
export function dayOf(at: number): Day {
  return Math.floor(at / dayMs);
}

/** The first instant after a day. */
export function endOf(day: Day): number {
  return (day + 1) * dayMs;
}

/** `2026-11-22`. */
export function formatDay(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
