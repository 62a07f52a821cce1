import { hostname } from 'node:os';
import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../registry/ports/logger.ts';
import type { RequestRecord } from '../registry/ports/request-observer.ts';
import { parseTraceParent } from './trace-parent.ts';

/** How long one export may take, with its retries. */
const exportMs = 5_000;
/** What the end of the process waits for the last one. */
const closeMs = 2_000;

/** Longer values, which only serve to fill memory and the receiver, are cut: as in the lines of requests. */
const longestValue = 2048;

/** Where traces go and how many. */
export interface TracingOptions {
  /** Base address of an OTLP/HTTP receiver. */
  readonly endpoint: string;
  /** Share of the traces which are kept, of those that begin here or that a caller wants kept who is no trusted proxy. */
  readonly sampleRatio: number;
  readonly version: string;
  readonly logger: Logger;
}

/** Makes a span of each request. */
export interface Traces {
  /** Answers the id of the request's trace, whether it is kept or not. */
  record(record: RequestRecord): string;
  /** Sends what is left, as far as that takes two seconds. */
  close(): Promise<void>;
}

/** What requests look like, where their paths have names in them (`http.route` of the HTTP conventions). */
const templates: Readonly<Record<string, string>> = {
  base: '/v2/',
  catalog: '/v2/_catalog',
  tags: '/v2/{name}/tags/list',
  manifest: '/v2/{name}/manifests/{reference}',
  blob: '/v2/{name}/blobs/{digest}',
  uploads: '/v2/{name}/blobs/uploads/',
  upload: '/v2/{name}/blobs/uploads/{id}',
  referrers: '/v2/{name}/referrers/{digest}',
  extensions: '/v2/_oci/ext/discover',
  'repository-extensions': '/v2/{name}/_oci/ext/discover',
  token: '/auth/token',
  keys: '/auth/keys',
};

/** Starts to export. This file alone needs the libraries, so it is imported only when traces are wanted. */
export function startTraces({ endpoint, sampleRatio, version, logger }: TracingOptions): Traces {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportMs, concurrencyLimit: 2 });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'longshore',
      'service.version': version,
      'service.instance.id': `${hostname()}-${process.pid}`,
    }),
    spanLimits: { attributeValueLengthLimit: longestValue },
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: tellOnce(exporter, logger), exportTimeoutMillis: exportMs + 1000 })],
  });
  const tracer = provider.getTracer('longshore', version);
  return {
    record: (record) => {
      const endTime = Date.now();
      const startTime = endTime - record.durationMs;
      const route = templates[record.route] ?? (record.route.startsWith('/') ? record.route : undefined);
      const name = route === undefined ? record.method : `${record.method} ${route}`;
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.SERVER, startTime, attributes: attributesOf(record, route) },
        parentOf(record, sampleRatio),
      );
      if (record.status >= 500 || !record.completed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endTime);
      return span.spanContext().traceId;
    },
    close: async () => {
      const { promise: tooLong, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(resolve, closeMs);
      await Promise.race([
        provider.shutdown().catch((error: unknown) => logger.warn('The last traces were not sent.', { error })),
        tooLong,
      ]);
      clearTimeout(limit);
    },
  };
}

/**
 * A caller may say that a trace is not kept. That it is kept, only a trusted proxy decides: anybody else could make us record and send
 * every request. They choose the trace's id too, so that the share is not taken by that.
 */
function parentOf({ traceparent, viaTrustedProxy }: RequestRecord, sampleRatio: number) {
  const parent = traceparent === undefined ? undefined : parseTraceParent(traceparent);
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = parent;
  const kept = sampled && (viaTrustedProxy || Math.random() < sampleRatio);
  const traceFlags = kept ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** Of the headers only the user agent, and of the address no query string: the rest may hold secrets. */
function attributesOf(record: RequestRecord, route: string | undefined): Attributes {
  const { status } = record;
  return {
    'http.request.method': record.method,
    'url.path': record.path,
    'client.address': record.clientAddress,
    'http.request.body.size': record.bytesReceived,
    'http.response.body.size': record.bytesSent,
    'longshore.request_id': record.id,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(status === 0 ? {} : { 'http.response.status_code': status }),
    ...(status >= 500 ? { 'error.type': String(status) } : {}),
    ...(record.userAgent === undefined ? {} : { 'user_agent.original': record.userAgent }),
    ...(record.repository === undefined ? {} : { 'longshore.repository': record.repository }),
    ...(record.subject === undefined ? {} : { 'enduser.id': record.subject }),
  };
}

/** Says once that traces are lost, and once that they are not any more. */
function tellOnce(exporter: OTLPTraceExporter, logger: Logger): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0;
        if (failed && !failing)
          logger.warn('Traces cannot be sent and are lost; look at tracing.endpoint and what listens there.', { error: result.error });
        if (!failed && failing) logger.info('Traces are sent again.');
        failing = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}
