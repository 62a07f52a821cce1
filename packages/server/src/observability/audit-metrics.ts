import { labelsOf, type MetricFamily, singleValue } from './metric-family.ts';

/** What the audit trail of a process dropped. */
export function lostEntriesFamily(lost: number): MetricFamily {
  const help = 'Entries of counted pulls and denials that were dropped, since the database was away for too long.';
  return singleValue({ name: 'registry_audit_lost_total', help, type: 'counter', merge: 'sum' }, lost);
}

/** How far receivers of the audit log are behind; those to which another process forwards are told by that one. */
export function forwardingFamilies(forwarders: readonly { readonly address: string; lagMs(): number | undefined }[]): MetricFamily[] {
  if (forwarders.length === 0) return [];
  const name = 'registry_audit_forward_lag_seconds';
  const help = 'How long the oldest entry of the audit log waits that a receiver does not have.';
  const samples = forwarders.flatMap((forwarder) => {
    const lag = forwarder.lagMs();
    return lag === undefined ? [] : [[`${name}${labelsOf({ receiver: forwarder.address })}`, lag / 1000] as const];
  });
  return [{ name, help, type: 'gauge', merge: 'max', samples }];
}
