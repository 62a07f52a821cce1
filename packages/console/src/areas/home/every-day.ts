const shownDays = 30;
const dayMs = 86_400_000;

/** The last 30 days (UTC) with what was pulled on each: days without a pull are none of the list that is given. */
export function everyDay(pulls: readonly { readonly day: string; readonly pulls: number }[], now: number) {
  const counts = new Map(pulls.map(({ day, pulls: count }) => [day, count]));
  return Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(now - (shownDays - 1 - index) * dayMs).toISOString().slice(0, 10);
    return { at: `${day}T00:00:00Z`, value: counts.get(day) ?? 0 };
  });
}
