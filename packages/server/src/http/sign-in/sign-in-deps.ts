import type { Auditor } from '../../registry/ports/auditor.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import type { SignInService } from '../../registry/ports/sign-in-service.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { TransferWatch } from '../transfer-watch.ts';

/** What signing in with a browser needs of the server. */
export interface SignInDeps {
  /** Asked for at the first request: a registry whose people use no browser never loads it. */
  readonly service: () => Promise<SignInService>;
  readonly auditor: Auditor;
  readonly watch: TransferWatch;
  readonly logger: Logger;
  /** Whether `publicUrl` says that clients use plain HTTP. */
  readonly plainPublicUrl: boolean;
  readonly clock: () => number;
}

/** Serves one request below `/auth/` that is none of the token service. */
export type ServeSignIn = (exchange: HttpExchange) => Promise<void>;
