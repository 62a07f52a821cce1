import type { Static, TObject, TSchema } from 'typebox';
import type { Agent } from '../registry/ports/agent.ts';
import type { Action, Principal, Resource } from '../registry/ports/authorizer.ts';
import type { ProblemCode } from './problems.ts';

/** Schemas by the name of a parameter. */
export type Parameters = Record<string, TSchema>;

/** Schema of the body by status; null: no body. */
export type Responses = Readonly<Record<number, TSchema | StreamedBody | null>>;

/** A body that is sent as it is made, such as an export. Where nobody wants it, `return` is called on an iterator that was never asked. */
export interface StreamedBody {
  readonly contentType: string;
  readonly description: string;
}

/**
 * Who may call a route. `anybody` and `signed-in` are for what shows no more than the caller may see anyway; whatever is about a thing names
 * the action on it, which the one authorizer decides on. `orUser`: the user of that name may too, over his own things.
 */
export type Needs<P = never> =
  | 'anybody'
  | 'signed-in'
  | {
      readonly action: Action;
      readonly on: (params: P) => Resource;
      readonly orUser?: (params: P) => string;
    };

/** A request that is authenticated, allowed and of the described form. */
export interface RouteRequest<P = unknown, Q = unknown, B = unknown> {
  readonly operationId: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly principal: Principal;
  /** Who does it and with what right, for whatever changes something. */
  readonly by: Agent;
  /** The version that If-Match names; undefined when every version will do. */
  readonly ifMatch: number | undefined;
  /** Aborts when the client leaves before it has its answer. */
  readonly signal: AbortSignal;
}

interface AnswerHead {
  /** The version of what is shown: goes into ETag, and comes back in If-Match. */
  readonly version?: number | undefined;
  /** Where what was created is. */
  readonly location?: string;
  /** The cursor of the next page. */
  readonly next?: string | undefined;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route answers: one of its responses. */
export type Answer<R extends Responses = Responses> = {
  [S in keyof R & number]: AnswerHead & { readonly status: S } & (R[S] extends StreamedBody
      ? { readonly pieces: AsyncIterable<string | Uint8Array> }
      : R[S] extends TSchema
        ? { readonly body: Static<R[S]> }
        : { readonly body?: never });
}[keyof R & number];

type StaticParameters<P extends Parameters> = Static<TObject<P>>;

interface RouteHead {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `{name}` for each of `params`. */
  readonly path: string;
  /** A verb and a noun, unique: `listTags`. */
  readonly operationId: string;
  /** One line for the reference. */
  readonly summary: string;
  /** The noun under which the reference lists it. */
  readonly tag: string;
  /** Whether the request must (or may) say by If-Match which version it is about. */
  readonly ifMatch?: 'required' | 'optional';
  /** What it refuses besides what every route does. */
  readonly problems?: readonly ProblemCode[];
}

/** An operation of the management API as data; the mount, the OpenAPI document and the tests are made of these. */
export interface Route extends RouteHead {
  readonly needs: Needs;
  readonly params: Parameters;
  readonly query: Parameters;
  readonly body: TSchema | undefined;
  readonly responses: Responses;
  readonly handle: (request: RouteRequest) => Promise<AnyAnswer>;
}

/** What any route may answer, when it is not known which it is. */
export interface AnyAnswer extends AnswerHead {
  readonly status: number;
  readonly body?: unknown;
  readonly pieces?: AsyncIterable<string | Uint8Array>;
}

interface RouteDefinition<P extends Parameters, Q extends Parameters, B extends TSchema, R extends Responses, S extends number>
  extends RouteHead {
  readonly needs: Needs<StaticParameters<P>>;
  readonly params?: P;
  readonly query?: Q;
  /** Objects refuse members that they do not name: `{ additionalProperties: false }`. */
  readonly body?: B;
  readonly responses: R;
  /** S: what is answered stays a literal for TypeScript only where it is the type of a parameter. */
  readonly handle: (
    request: RouteRequest<StaticParameters<P>, StaticParameters<Q>, Static<B>>,
  ) => Promise<Answer<R> & { readonly status: S }>;
}

/** Describes an operation. What it needs is a part of it: a route without does not compile. */
export function defineRoute<
  R extends Responses,
  P extends Parameters = Record<never, TSchema>,
  Q extends Parameters = Record<never, TSchema>,
  B extends TSchema = TSchema,
  S extends number = number,
>(route: RouteDefinition<P, Q, B, R, S>): Route {
  const { params = {}, query = {}, body } = route;
  // Whoever calls a route has checked the request against these very schemas.
  return { ...route, params, query, body } as unknown as Route;
}
