import { labelsOf, type MetricFamily, singleValue } from './metric-family.ts';

/** What the audit trail of a process dropped. */
export function lostEntriesFamily(lost: number): MetricFamily {
  const help = 'Denials, and entries of counted reads and denials, that could not be written, since the database was away.';
  return singleValue({ name: 'registry_audit_lost_total', help, type: 'counter', merge: 'sum' }, lost);
}

/** What is told of a receiver of the audit log; undefined where another process forwards to it. */
export interface ForwardingFigures {
  readonly address: string;
  /** How long the oldest entry waits that it does not have, in milliseconds. */
  lagMs(): number | undefined;
  /** Entries that it refused. */
  held(): number | undefined;
}

/** How far receivers of the audit log are behind, and what they refuse; those to which another process forwards are told by that one. */
export function forwardingFamilies(forwarders: readonly ForwardingFigures[]): MetricFamily[] {
  if (forwarders.length === 0) return [];
  const gauge = (name: string, help: string, of: (forwarder: ForwardingFigures) => number | undefined): MetricFamily => {
    const samples = forwarders.flatMap((forwarder) => {
      const value = of(forwarder);
      return value === undefined ? [] : [[`${name}${labelsOf({ receiver: forwarder.address })}`, value] as const];
    });
    return { name, help, type: 'gauge', merge: 'max', samples };
  };
  return [
    gauge(
      'registry_audit_forward_lag_seconds',
      'How long the oldest entry of the audit log waits that a receiver does not have.',
      (one) => {
        const lag = one.lagMs();
        return lag === undefined ? undefined : lag / 1000;
      },
    ),
    gauge(
      'registry_audit_forward_held',
      'Entries of the audit log that a receiver refused, and that are sent to it again each hour.',
      (one) => one.held(),
    ),
  ];
}
