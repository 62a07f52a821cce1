/** Milliseconds of a clock that all processes and threads of this machine read alike, and that nobody sets. */
export function hostNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
