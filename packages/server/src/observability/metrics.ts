import { Counter, Histogram, Registry as MetricsRegistry } from 'prom-client';
import type { GarbageReport } from '../registry/ports/garbage-store.ts';

/** The metrics of one process, in the Prometheus text format. */
export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  observeRequest(method: string, status: number, seconds: number): void;
  refusedConnection(): void;
  garbageCollected(report: GarbageReport): void;
}

export function createMetrics(): Metrics {
  const registry = new MetricsRegistry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'registry_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer.',
    labelNames: ['method', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  const refused = new Counter({ name: 'registry_connections_refused_total', help: 'Connections beyond the limits.', registers });
  const runs = new Counter({ name: 'registry_gc_runs_total', help: 'Garbage collections that finished.', registers });
  const removed = new Counter({
    name: 'registry_gc_removed_total',
    help: 'What garbage collections removed, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const freed = new Counter({ name: 'registry_gc_freed_bytes_total', help: 'Bytes that garbage collections freed.', registers });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observeRequest: (method, status, seconds) => requests.observe({ method, status }, seconds),
    refusedConnection: () => refused.inc(),
    garbageCollected: (report) => {
      runs.inc();
      for (const kind of ['manifests', 'blobs', 'uploads', 'orphans'] as const) removed.inc({ kind }, report[kind]);
      freed.inc(report.bytes);
    },
  };
}
