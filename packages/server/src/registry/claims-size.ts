const mostValues = 1000;
const mostDepth = 8;

/** Whether claims are of a size that rules may be asked about: at most 1,000 values in all, 8 deep. Rules may compare each with each. */
export function areBounded(claims: unknown): boolean {
  return countValues(claims, mostDepth) <= mostValues;
}

/** How many values there are in all; infinite when there are some below `depth`. */
function countValues(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (depth === 0) return Infinity;
  return Object.values(value).reduce<number>((sum, inner) => sum + countValues(inner, depth - 1), 1);
}
