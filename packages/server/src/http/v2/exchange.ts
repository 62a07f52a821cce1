import type { Route } from '@longshore/oci';
import type { ExpiryNotices } from '../../registry/expiry-notices.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Authorizer, Principal } from '../../registry/ports/authorizer.ts';
import type { PullCounter } from '../../registry/pull-counter.ts';
import type { Registry } from '../../registry/registry.ts';
import type { RegistryError } from '../../registry/registry-error.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { TransferWatch } from '../transfer-watch.ts';

/** One request on its way through the fixed sequence: parsed, authenticated, and authorized for its route's action. */
export interface Exchange<R extends Route = Route> {
  /** Request and answer; what is learned for its record is written there. */
  readonly http: HttpExchange;
  readonly route: R;
  readonly query: URLSearchParams;
  readonly principal: Principal;
  /** As `Decision.fromHereAlone`. */
  readonly fromHereAlone: boolean;
  /** The principal, acting by the decision that let this request through. */
  readonly by: Agent;
  /** The 401 for a token that was issued for less than this request can use. */
  readonly insufficientScope: () => RegistryError;
}

/** What the settings say about requests. */
export interface V2Limits {
  readonly manifestBytes: number;
  readonly uploadBytes: number;
  /** false: every DELETE answers 405. */
  readonly deletion: boolean;
}

/** What every handler may use. */
export interface V2Deps {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
  readonly watch: TransferWatch;
  /** Told of everything that is served. */
  readonly pulls: PullCounter;
  readonly expiry: ExpiryNotices;
  readonly limits: V2Limits;
}

export type Handler<R extends Route> = (exchange: Exchange<R>, deps: V2Deps) => Promise<void>;
