/** Shares in percent at which is warned, the highest first, and below which the warning is over. */
const steps = [
  { warnAt: 90, overBelow: 85 },
  { warnAt: 80, overBelow: 75 },
] as const;

/** Where an account stands: the share that was warned of (0: none), and between which values nothing changes about that. */
export interface QuotaLevel {
  readonly warned: number;
  /** null: no bound. */
  readonly floor: number | null;
  /** Never above the limit; below `used` when a limit was lowered that far. */
  readonly ceiling: number | null;
}

/** The least value that is that share of a limit. */
const shareOf = (limit: number, percent: number): number => Math.ceil((limit * percent) / 100);

/** The level of an account that had warned of `warned` and now has `used`. A limit of nothing has no shares. */
export function quotaLevel(limit: number | null, used: number, warned: number): QuotaLevel {
  if (limit === null) return { warned: 0, floor: null, ceiling: null };
  if (limit === 0) return { warned: 0, floor: null, ceiling: 0 };
  const reached = steps.findIndex(
    ({ warnAt, overBelow }) => used >= shareOf(limit, warnAt) || (warned >= warnAt && used >= shareOf(limit, overBelow)),
  );
  const step = steps[reached];
  const next = reached === -1 ? steps.at(-1) : steps[reached - 1];
  return {
    warned: step?.warnAt ?? 0,
    floor: step === undefined ? null : shareOf(limit, step.overBelow),
    ceiling: next === undefined ? limit : Math.min(shareOf(limit, next.warnAt) - 1, limit),
  };
}
