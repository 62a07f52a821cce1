import type { InventoryStore } from '../registry/ports/inventory-store.ts';
import type { RequestObserver } from '../registry/ports/request-observer.ts';
import { InventoryMetrics } from './inventory-metrics.ts';
import type { Log } from './logger.ts';
import { renderFamilies } from './metric-family.ts';
import { createMetrics, logFamilies, type Metrics } from './metrics.ts';
import { watchProcess } from './process-metrics.ts';
import { shareMetrics } from './shared-metrics.ts';
import type { Traces, TracingOptions } from './traces.ts';

/** What a server is watched with. */
export interface TelemetryOptions {
  readonly log: Log;
  readonly inventory: InventoryStore;
  /** What this program calls itself. */
  readonly version: string;
  readonly tracing: { readonly endpoint?: string | undefined; readonly sampleRatio: number };
}

/** How a server says what it does: figures, and lines and traces of requests. */
export interface Telemetry {
  readonly metrics: Metrics;
  /** To be told of every request. */
  readonly observe: RequestObserver;
  /** The figures of all processes and of the content, in the format of Prometheus. Rejects with a 503 when they cannot be had. */
  renderMetrics(): Promise<string>;
  /** Hands over what is not written down yet. */
  close(): Promise<void>;
}

/** Starts to watch this process. */
export async function startTelemetry({ log, inventory, version, tracing }: TelemetryOptions): Promise<Telemetry> {
  const metrics = createMetrics(version);
  const watch = watchProcess();
  metrics.add(() => watch.families());
  metrics.add(() => logFamilies(log.dropped()));
  const shared = shareMetrics(() => metrics.families());
  const content = new InventoryMetrics(inventory, log.logger);
  const { access } = log;
  const traces = await openTraces({ ...tracing, version, logger: log.logger });
  return {
    metrics,
    observe: (record) => {
      metrics.observe(record);
      const traceId = traces?.record(record);
      access?.(record, traceId);
    },
    renderMetrics: async () => {
      // The same for all processes, so that it is not added up.
      const [own, counted] = await Promise.all([shared.collect(), content.families()]);
      return renderFamilies([...own, ...counted]);
    },
    close: async () => {
      watch.close();
      await traces?.close();
      await shared.close();
    },
  };
}

/** Who wants no traces does not pay for the libraries either. */
async function openTraces(options: Omit<TracingOptions, 'endpoint'> & { endpoint?: string | undefined }): Promise<Traces | undefined> {
  const { endpoint } = options;
  if (endpoint === undefined) return undefined;
  const { startTraces } = await import('./traces.ts');
  return startTraces({ ...options, endpoint });
}
