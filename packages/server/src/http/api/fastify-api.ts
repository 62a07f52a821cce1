import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { ApiError } from '../../management/problems.ts';
import type { Route } from '../../management/route.ts';
import { sendEmpty } from '../answer.ts';
import { answerError } from '../error-answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { Api, ApiDeps } from './api.ts';
import { serveRoute } from './serve-route.ts';
import { checkerOf } from './validation.ts';

/** What our own paths are asked with; any other method is told which of these works. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/** No name, digest or id in a path is longer. */
const maxParamLength = 1024;

/**
 * Fastify routes the requests; our own listener has accepted them, counts them and ends them, so the answers go out as all others of this
 * server do, and Fastify is told to keep its hands off (`hijack`).
 */
export async function buildApi(routes: readonly Route[], deps: ApiDeps): Promise<Api> {
  const exchanges = new WeakMap<object, HttpExchange>();
  const exchangeOf = ({ raw }: FastifyRequest): HttpExchange => {
    const exchange = exchanges.get(raw);
    if (exchange === undefined) throw new TypeError('this request did not come through the listener');
    return exchange;
  };
  const app = fastify({
    logger: false,
    // Fastify's own words about paths that it cannot read.
    frameworkErrors: (_error, request, reply) => {
      reply.hijack();
      const detail = 'The path of this request cannot be read: see to its percent-encoding and its length.';
      answerError(exchangeOf(request as FastifyRequest), new ApiError('invalid-request', { detail }), deps.logger);
    },
    routerOptions: { maxParamLength },
  });
  // A body is read when it is known who sends it and that he may.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const handled = (handle: (exchange: HttpExchange, request: FastifyRequest) => Promise<void>) => {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      reply.hijack();
      const exchange = exchangeOf(request);
      try {
        await handle(exchange, request);
      } catch (error) {
        answerError(exchange, error, deps.logger);
      }
    };
  };
  addRoutes(app, routes, deps, handled);
  app.setNotFoundHandler(
    handled(async () => {
      throw new ApiError('not-found', { detail: 'There is no such address: /api/v1/openapi.json describes those that there are.' });
    }),
  );
  await app.ready();
  return async (exchange) => {
    const { request, response, path, queryText } = exchange;
    exchanges.set(request, exchange);
    // Without a proxy's scheme and host, and with a method that Fastify knows.
    request.url = queryText === undefined ? path : `${path}?${queryText}`;
    if (!methods.some((method) => method === request.method)) request.method = 'TRACE';
    app.routing(request, response);
  };
}

type Handled = (
  handle: (exchange: HttpExchange, request: FastifyRequest) => Promise<void>,
) => (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Every operation, and for each path what the other methods hear. */
function addRoutes(app: FastifyInstance, routes: readonly Route[], deps: ApiDeps, handled: Handled): void {
  const byPath = Map.groupBy(routes, (route) => `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  for (const [url, ofPath] of byPath) {
    for (const route of ofPath) {
      const checker = checkerOf(route);
      app.route({
        method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
        url,
        exposeHeadRoute: false,
        handler: handled((exchange, request) => serveRoute(exchange, route, checker, request.params, deps)),
      });
    }
    const known = ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    const allow = [...known, 'OPTIONS'].join(', ');
    app.route({
      method: methods.filter((method) => !known.includes(method)),
      url,
      exposeHeadRoute: false,
      handler: handled(async (exchange) => {
        if (exchange.method === 'OPTIONS') return sendEmpty(exchange, 204, ['Allow', allow]);
        throw new ApiError('method-not-allowed', { detail: `Here works: ${allow}.`, headers: { Allow: allow } });
      }),
    });
  }
}
