import { labelsOf, type MetricFamily } from './metric-family.ts';

const name = 'registry_backend_up';
const help = 'Whether a database server or an object store can be reached: 1, or 0 while what needs it is refused.';

/** Which backends are away, by name; none without any. Of several workers, one that cannot reach it is enough. */
export function backendFamilies(away: ReadonlyMap<string, boolean>): MetricFamily[] {
  if (away.size === 0) return [];
  const samples = [...away].map(([backend, isAway]) => [`${name}${labelsOf({ backend })}`, Number(!isAway)] as const);
  return [{ name, help, type: 'gauge', merge: 'min', samples }];
}
