import type { RequestRecord } from '../registry/ports/request-observer.ts';
import { Durations, histogramFamily } from './duration-histogram.ts';
import { labelsOf, type MetricFamily, type Sample } from './metric-family.ts';

/** From a cached manifest to a layer of many gigabytes. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600];

/** Whoever sends another one is answered 405 and counted as `other`, so that clients cannot make series. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Requests that were alike. */
interface Kind {
  readonly method: string;
  readonly route: string;
  readonly code: number;
  readonly durations: Durations;
  received: number;
  sent: number;
  cut: number;
}

/** Counts requests on their own path, so it keeps plain numbers; labels are made when somebody asks. */
export class RequestMetrics {
  readonly #kinds = new Map<string, Kind>();
  readonly #pulls: Readonly<Record<string, Durations>> = { manifest: new Durations(bounds), blob: new Durations(bounds) };

  observe(record: RequestRecord): void {
    const { method, route, status } = record;
    const key = `${method} ${route} ${status}`;
    const kind = this.#kinds.get(key) ?? this.#add(key, record);
    const seconds = record.durationMs / 1000;
    kind.durations.observe(seconds);
    kind.received += record.bytesReceived;
    kind.sent += record.bytesSent;
    if (!record.completed) kind.cut += 1;
    else if (method === 'GET' && (status === 200 || status === 206)) this.#pulls[route]?.observe(seconds);
  }

  families(): MetricFamily[] {
    const kinds = [...this.#kinds.values()];
    const counter = (name: string, help: string, samples: Iterable<Sample>): MetricFamily => {
      return { name, help, type: 'counter', merge: 'sum', samples: [...samples] };
    };
    const duration = 'registry_request_duration_seconds';
    const pull = 'registry_pull_duration_seconds';
    return [
      histogramFamily(
        duration,
        'Time from the head of a request to the end of its answer. Code 0: the connection ended before.',
        kinds.flatMap(({ method, route, code, durations }) => durations.samples(duration, { method, route, code })),
      ),
      histogramFamily(
        pull,
        'Time of GETs that delivered a manifest or (a part of) a blob completely.',
        Object.entries(this.#pulls).flatMap(([kind, durations]) => durations.samples(pull, { kind })),
      ),
      counter('registry_received_bytes_total', 'Bytes of request bodies.', sums('registry_received_bytes_total', kinds, 'received')),
      counter('registry_sent_bytes_total', 'Bytes of answers, without heads.', sums('registry_sent_bytes_total', kinds, 'sent')),
      counter(
        'registry_requests_cut_total',
        'Requests whose connection ended before the answer was complete.',
        sums('registry_requests_cut_total', kinds, 'cut'),
      ),
    ];
  }

  #add(key: string, { method, route, status }: RequestRecord): Kind {
    const known = methods.has(method) ? key : `other ${route} ${status}`;
    const found = this.#kinds.get(known);
    if (found !== undefined) return found;
    const label = methods.has(method) ? method : 'other';
    const kind: Kind = { method: label, route, code: status, durations: new Durations(bounds), received: 0, sent: 0, cut: 0 };
    this.#kinds.set(known, kind);
    return kind;
  }
}

/** One figure by route. */
function sums(name: string, kinds: readonly Kind[], figure: 'received' | 'sent' | 'cut'): Map<string, number> {
  const byRoute = new Map<string, number>();
  for (const kind of kinds) {
    const series = `${name}${labelsOf({ route: kind.route })}`;
    byRoute.set(series, (byRoute.get(series) ?? 0) + kind[figure]);
  }
  return byRoute;
}
