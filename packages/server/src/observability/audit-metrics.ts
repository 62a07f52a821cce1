import { type MetricFamily, singleValue } from './metric-family.ts';

/** What the audit trail of a process says of itself. */
export function auditFamilies({ lost }: { readonly lost: number }): MetricFamily[] {
  const help = 'Entries of counted pulls and denials that were dropped, since the database was away for too long.';
  return [singleValue({ name: 'registry_audit_lost_total', help, type: 'counter', merge: 'sum' }, lost)];
}
