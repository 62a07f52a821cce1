import { openApiOf } from '../../packages/server/src/management/openapi.ts';
import type { Route } from '../../packages/server/src/management/route.ts';
import { people } from '../../packages/server/src/metadata/large-tenancy-bench.ts';
import { comparison } from './listed-rows.ts';

/** A request for the first page of a list. */
export interface ListRequest {
  /** The operation with its filters and its order. */
  readonly label: string;
  readonly filters: number;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | number>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: { readonly enum?: readonly string[] };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema?: { properties?: object } }>> }>>;
}

/** Entries of a page; so few that whoever reads a whole table of `listedRows` for it is seen. */
export const pageEntries = 20;

/** What a parameter is where every operation has it from the same list, and below it where one does not. */
const examples: Readonly<Record<string, readonly (string | number)[]>> = {
  project: ['project0000'],
  repository: ['project0000/repository00000/app'],
  source: ['project0000/repository00000/app'],
  tag: ['first0000000'],
  user: [people.administrator],
  group: ['group002'],
  webhook: ['1'],
  robot: ['1'],
  // One of the registry.
  'listRobotTrusts robot': ['2'],
  'listWebhookDeliveries webhook': ['1201'],
  actor: ['user:7:user0007', 'nobody'],
  action: ['pull', 'nothing'],
  resource: ['project7/app'],
  from: ['2026-01-31T09:30:00Z'],
  to: ['2026-01-31T09:30:00Z'],
  q: ['app'],
  query: ['app'],
  'listProjects q': ['project0', 'nothing'],
  'listRepositories prefix': ['project0000/more/01', 'project0000/nothing'],
  'listTags prefix': ['first00', 'nothing'],
  'listUsers prefix': ['user01', 'nothing'],
  artifactType: ['application/vnd.example.kind1', 'nothing/x'],
  mediaType: ['application/vnd.example.1', 'nothing/x'],
  over: [80],
  comparison: [comparison],
  'listComparedFiles prefix': ['etc', 'nothing'],
};

/** Lists of what is in layers: no statement finds their entries. */
const ofLayers: ReadonlySet<string> = new Set(['listImageFiles', 'listLayerFiles']);

/** Every list of the management API, by its description: in each order, with each value of a filter alone and each two filters. */
export function listRequests(routes: readonly Route[]): ListRequest[] {
  const paths = openApiOf(routes)['paths'] as Record<string, Record<string, Operation>>;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const lists = operations.filter(
    ({ operationId, responses }) =>
      !ofLayers.has(operationId) && 'items' in (responses['200']?.content?.['application/json']?.schema?.properties ?? {}),
  );
  return lists.flatMap((operation) => {
    const route = routes.find(({ operationId }) => operationId === operation.operationId);
    return route === undefined ? [] : requestsOf(operation, route);
  });
}

function requestsOf({ operationId, parameters = [] }: Operation, route: Route): ListRequest[] {
  const valuesOf = ({ name, schema }: Parameter): readonly (string | number)[] => {
    const values = schema.enum ?? examples[`${operationId} ${name}`] ?? examples[name];
    if (values === undefined) throw new Error(`Give an example of ${name} for ${operationId} in list-requests.ts`);
    return values;
  };
  const given = parameters.filter(({ name }) => name !== 'limit' && name !== 'cursor');
  const params = Object.fromEntries(given.filter((each) => each.in === 'path').map((each) => [each.name, String(valuesOf(each)[0])]));
  const queries = given.filter((each) => each.in === 'query');
  let always: Record<string, string | number>[] = [{}];
  for (const each of queries.filter(({ name, required }) => required || name === 'sort')) {
    always = always.flatMap((query) => valuesOf(each).map((value) => ({ ...query, [each.name]: value })));
  }
  const filters = queries
    .filter(({ name, required }) => !required && name !== 'sort')
    .map((each) => valuesOf(each).map((value) => ({ [each.name]: value })));
  const chosen: Record<string, string | number>[] = [{}, ...filters.flat()];
  for (const [index, [one]] of filters.entries()) {
    for (const [other] of filters.slice(index + 1)) chosen.push({ ...one, ...other });
  }
  return always.flatMap((begun) =>
    chosen.map((filter) => {
      const query = { ...begun, ...filter };
      const label = [operationId, ...Object.entries(query).map(([name, value]) => `${name}=${value}`)].join(' ');
      return { label, filters: Object.keys(filter).length, route, params, query: { ...query, limit: pageEntries } };
    }),
  );
}
