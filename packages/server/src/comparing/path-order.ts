/** Compares paths by their bytes in UTF-8, as databases do. */
export function comparePaths(left: string, right: string): number {
  // By code units is the same, except where a pair of surrogates meets a character behind them.
  if (!hasSurrogate.test(left) && !hasSurrogate.test(right)) return left < right ? -1 : Number(left > right);
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const hasSurrogate = /[\ud800-\udfff]/;
