import type { Route } from '../../management/route.ts';
import type { Auditor } from '../../registry/ports/auditor.ts';
import type { Authenticator } from '../../registry/ports/authenticator.ts';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { SessionReader } from '../../registry/ports/sign-in-service.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { RequestRates } from '../request-rates.ts';
import type { TransferWatch } from '../transfer-watch.ts';

/** What the management API needs. */
export interface ApiDeps {
  /** Every operation; asked for at the first request, since what describes them takes long to load. */
  readonly routes: () => Promise<readonly Route[]>;
  readonly authenticator: Authenticator;
  readonly auditor: Auditor;
  readonly subjectRates: RequestRates | undefined;
  readonly authorizer: Authorizer;
  /** Whose browser a cookie is of; asked for at the first request with one. */
  readonly sessions: () => Promise<SessionReader>;
  /** Whether `publicUrl` says that clients use plain HTTP. */
  readonly plainPublicUrl: boolean;
  /** Called once, when the API has been loaded; its first request waits for it. */
  readonly onLoaded: () => Promise<void>;
  readonly watch: TransferWatch;
  readonly logger: Logger;
}

/** Serves one request of `/api/`. */
export type Api = (exchange: HttpExchange) => Promise<void>;

/** The management API, which takes a while to load. */
export interface LoadedApi {
  readonly serve: Api;
  /** Begins to load what the first request will need. What fails is said to that request. */
  readonly load: () => void;
}

/** Whether a path belongs to the management API. */
export function isApiPath(path: string): boolean {
  return path.startsWith('/api/') || path === '/api';
}
