import type { MetricFamily } from './metric-family.ts';

/** From a worker to the supervisor: that somebody wants everybody's figures, or the worker's own. */
export type FromWorker =
  | { readonly type: 'metrics.ask'; readonly id: number }
  | { readonly type: 'metrics.report'; readonly round: number | undefined; readonly families: readonly MetricFamily[] };

/** From the supervisor to a worker: that it wants the worker's figures, or everybody's. */
export type ToWorker =
  | { readonly type: 'metrics.wanted'; readonly round: number }
  | { readonly type: 'metrics.answer'; readonly id: number; readonly families: readonly MetricFamily[] };

/** Tells these messages from all others on the same channel. */
export function isMetricsMessage<M extends FromWorker | ToWorker>(message: unknown): message is M {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  return typeof message.type === 'string' && message.type.startsWith('metrics.');
}
