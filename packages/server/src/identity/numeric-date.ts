/** The last second of the year 9999: later ones are no dates of ours, and as milliseconds no whole numbers any more. */
const last = 253_402_300_799;

/** Whether a claim is an instant, in seconds since 1970 (RFC 7519 section 2, NumericDate), from then up to the year 9999. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= last;
}
