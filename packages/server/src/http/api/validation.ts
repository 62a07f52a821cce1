import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { ApiError, type RequestFault } from '../../management/problems.ts';
import type { Parameters, Route } from '../../management/route.ts';

/** Compares the parts of a request with what the route describes; each throws `invalid-request` with every fault. */
export interface RouteChecker {
  readonly params: (given: unknown) => unknown;
  readonly query: (text: string | undefined) => unknown;
  readonly body: (value: unknown) => unknown;
}

/** How many faults one answer lists. */
const mostFaults = 20;

/** Checks by the schemas of a route, each compiled when it is first needed: nobody uses all operations, and to compile all takes 30 MB. */
export function checkerOf({ params, query, body }: Route): RouteChecker {
  const checkQuery = check(closed(query), '/query');
  return {
    params: check(closed(params), '/path'),
    query: (text) => checkQuery(queryValues(text, query)),
    body: body === undefined ? (value) => value : check(body, ''),
  };
}

const closed = (parameters: Parameters): TSchema => Type.Object(parameters, { additionalProperties: false });

function check(schema: TSchema, prefix: string): (value: unknown) => unknown {
  let compiled: ReturnType<typeof Compile> | undefined;
  return (value) => {
    const unstorable = placeOfNul(value);
    if (unstorable !== undefined) throw invalid([{ pointer: `${prefix}${unstorable}`, detail: 'must not hold the character U+0000' }]);
    compiled ??= Compile(schema);
    const validator = compiled;
    if (validator.Check(value)) return value;
    throw invalid(faultsOf(validator.Errors(value)[1], prefix));
  };
}

/** Where a value holds a character that PostgreSQL has no text for; names of members are nobody's to choose freely. */
function placeOfNul(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? '' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const place = placeOfNul(members[name]);
    if (place !== undefined) return `/${name.slice(0, 100)}${place}`;
  }
  return undefined;
}

/** The refusal of a request with these faults. */
export function invalid(faults: readonly RequestFault[]): ApiError {
  const [first] = faults;
  const detail =
    first === undefined ? 'The request is malformed.' : `${first.pointer === '' ? 'The body' : first.pointer}: ${first.detail}.`;
  return new ApiError('invalid-request', { detail, faults });
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function faultsOf(errors: readonly SchemaError[], prefix: string): RequestFault[] {
  return errors
    .filter(({ keyword }) => keyword !== 'boolean')
    .flatMap((error) => faultsOfOne(error, prefix))
    .slice(0, mostFaults);
}

/** Members too many or too few are pointed at themselves, not at what holds them. */
function faultsOfOne({ keyword, instancePath, params, message }: SchemaError, prefix: string): RequestFault[] {
  const members = params as { additionalProperties?: string[]; requiredProperties?: string[] };
  const at = (name: string) => `${prefix}${instancePath}/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (keyword === 'additionalProperties')
    return (members.additionalProperties ?? []).map((name) => ({ pointer: at(name), detail: 'is not known here' }));
  if (keyword === 'required') return (members.requiredProperties ?? []).map((name) => ({ pointer: at(name), detail: 'is missing' }));
  return [{ pointer: `${prefix}${instancePath}`, detail: message }];
}

/** The query as values of the types that the schemas name; whatever is none of that type stays text, for the check to refuse. */
function queryValues(text: string | undefined, schemas: Parameters): Record<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, given] of new URLSearchParams(text ?? '')) {
    if (values.has(name)) throw invalid([{ pointer: `/query/${name}`, detail: 'is given more than once' }]);
    values.set(name, typedValue(given, Object.hasOwn(schemas, name) ? schemas[name] : undefined));
  }
  return Object.fromEntries(values);
}

function typedValue(text: string, schema: TSchema | undefined): unknown {
  const type = (schema as { type?: string } | undefined)?.type;
  if (type === 'integer' && /^-?[0-9]{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
