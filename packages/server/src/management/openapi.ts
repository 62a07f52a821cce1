import Type, { type TSchema } from 'typebox';
import { type ProblemCode, problems } from './problems.ts';
import type { Needs, Parameters, Route, StreamedBody } from './route.ts';

/** What every refusal is (RFC 9457). */
const problem = Type.Object(
  {
    type: Type.Enum(Object.keys(problems).map((code) => `/problems/${code}`)),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong with this request, and what to do.' }),
    requestId: Type.String({ description: 'Names the request in the log.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.String({ description: 'JSON pointer to the value; below /path, /query or /headers when it is not in the body.' }),
            detail: Type.String(),
          },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: false },
);

/** What any operation may answer. */
const always: readonly ProblemCode[] = [
  'invalid-request',
  'unauthorized',
  'address-too-long',
  'too-many-requests',
  'headers-too-large',
  'internal',
  'unavailable',
];

/** The codes of every refusal of an operation: what it says itself, and what follows from what it takes and needs. */
export function problemsOf({ needs, params, body, method, ifMatch, problems: own = [] }: Route): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>([...always, ...own]);
  if (typeof needs === 'object') codes.add('forbidden');
  if (Object.keys(params).length > 0) codes.add('not-found');
  if (body !== undefined) for (const code of ['timeout', 'too-large', 'unsupported-media-type'] as const) codes.add(code);
  if (method !== 'GET') for (const code of ['forbidden', 'storage-full'] as const) codes.add(code);
  if (ifMatch !== undefined) codes.add('stale');
  if (ifMatch === 'required') codes.add('precondition-required');
  return [...codes];
}

/** In words: `list on repository {repository}`. */
export function describeNeeds({ needs, params }: Route): string {
  if (typeof needs === 'string') return needs;
  const { action, on, orUser } = needs as Exclude<Needs<unknown>, string>;
  const names = Object.fromEntries(Object.keys(params).map((name) => [name, `{${name}}`]));
  const resource = on(names);
  const where = resource.kind === 'registry' ? 'the registry' : `${resource.kind} ${resource.name}`;
  return `${action} on ${where}${orUser === undefined ? '' : `, or to be ${orUser(names)}`}`;
}

/** The OpenAPI 3.1 document of these operations. */
export function openApiOf(routes: readonly Route[]): Record<string, unknown> {
  const schemas = new Map<string, unknown>();
  const place = (schema: unknown): unknown => placed(schema, schemas);
  place(problem);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, place) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Longshore management API',
      version: '1',
      description:
        'Projects, people, content and rules of a Longshore registry. What pushes and pulls images is the distribution API at /v2/.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths: sorted(paths),
    components: {
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'Name and password, or as password a personal access token or the secret of a robot.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'A personal access token, or the secret of a robot.' },
      },
      schemas: sorted(Object.fromEntries(schemas)),
    },
  };
}

type Place = (schema: unknown) => unknown;

function operationOf(route: Route, place: Place): Record<string, unknown> {
  const { operationId, summary, tag, params, query, body, needs } = route;
  const ifMatch = { name: 'If-Match', in: 'header', description: 'The ETag of the version that is meant.', schema: { type: 'string' } };
  return {
    operationId,
    summary,
    tags: [tag],
    'x-longshore-needs': describeNeeds(route),
    security: [...(needs === 'anybody' ? [{}] : []), { basic: [] }, { bearer: [] }],
    parameters: [
      ...parametersIn('path', params, place),
      ...parametersIn('query', query, place),
      ...(route.ifMatch === undefined ? [] : [{ ...ifMatch, required: route.ifMatch === 'required' }]),
    ],
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: place(body) } } } }),
    responses: { ...successesOf(route, place), ...refusalsOf(route) },
  };
}

function parametersIn(where: 'path' | 'query', parameters: Parameters, place: Place): object[] {
  return Object.entries(parameters).map(([name, schema]) => {
    const { description, ...rest } = place(schema) as { description?: string };
    const required = where === 'path' || !Type.IsOptional(schema);
    return { name, in: where, required, ...(description !== undefined && { description }), schema: rest };
  });
}

function successesOf({ responses }: Route, place: Place): Record<string, unknown> {
  const entries = Object.entries(responses).map(([status, response]) => {
    const location = status === '201' ? { headers: { Location: { description: 'Where it is.', schema: { type: 'string' } } } } : {};
    if (response === null) return [status, { description: 'Done.', ...location }];
    if (isStreamed(response))
      return [status, { description: response.description, content: { [response.contentType]: { schema: { type: 'string' } } } }];
    return [status, { description: 'Done.', ...location, content: { 'application/json': { schema: place(response) } } }];
  });
  return Object.fromEntries(entries);
}

function refusalsOf(route: Route): Record<string, unknown> {
  const byStatus = Object.groupBy(problemsOf(route), (code) => String(problems[code].status));
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes = []]) => {
      const headers = status === '401' ? { headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } } : {};
      return [status, { description: codes.map((code) => `${code}: ${problems[code].title}.`).join(' '), ...headers, content }];
    }),
  );
}

function isStreamed(response: TSchema | StreamedBody): response is StreamedBody {
  return 'contentType' in response;
}

/** The schema with those that have a name (`$id`) moved to the components. */
function placed(schema: unknown, schemas: Map<string, unknown>): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => placed(entry, schemas));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $id, ...rest } = schema as { $id?: string };
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, placed(value, schemas)]));
  if ($id === undefined) return inner;
  const known = schemas.get($id);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(inner)) throw new TypeError(`two schemas are called ${$id}`);
  schemas.set($id, inner);
  return { $ref: `#/components/schemas/${$id}` };
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
