import type { RepositoryName } from '@longshore/oci';
import type { Authentication } from '../../registry/ports/authenticator.ts';
import { lasting } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import { connectionOf } from '../connection.ts';
import type { HttpExchange } from '../http-exchange.ts';
import type { Admitted } from '../remembered-admission.ts';
import type { Need } from './routes.ts';

/** Nothing is taken for granted longer, however long it lasts. */
const mostMs = 1000;
/** Characters: it stays in memory for as long as the connection. Few tokens of ours are longer, but blanks before one make any header long. */
const longestHeader = 8192;

/** A request, as far as it decides who may. */
export interface Asked {
  readonly http: HttpExchange;
  readonly need: Need;
  readonly repository: RepositoryName;
  /** `MetadataStore.changeMark`, before anything else was read. */
  readonly mark: number;
  /** When, by the clock that never goes back. */
  readonly at: Millis;
}

/**
 * Who was let through last on each connection: what comes next over it with the same credentials, for the same in the same repository, is let
 * through for the same reason, unless anything at all was committed since or what was proved has ended. A pull is many such requests.
 */
export class Admissions {
  readonly #metadata: Pick<MetadataStore, 'changeMark'>;
  readonly #now: () => Millis;

  /** `now`: the time of day. */
  constructor({ metadata, now }: { metadata: Pick<MetadataStore, 'changeMark'>; now: () => Millis }) {
    this.#metadata = metadata;
    this.#now = now;
  }

  /** What a request asks; undefined when the answer is to be found anew in any case. */
  ask(http: HttpExchange, need: Need, repository: RepositoryName | undefined): Asked | undefined {
    // What a certificate proves may end while the connection lasts.
    if (repository === undefined || connectionOf(http.request.socket).certificate !== undefined) return undefined;
    const mark = this.#metadata.changeMark();
    return mark === undefined ? undefined : { http, need, repository, mark, at: performance.now() };
  }

  /** The answer to the same question, where it still holds. */
  recall({ http, need, repository, mark, at }: Asked): Admitted | undefined {
    const known = connectionOf(http.request.socket).admission;
    if (known === undefined || known.mark !== mark || at >= known.elapsed || this.#now() >= known.until) return undefined;
    const isSame = known.need === need && known.repository === repository && known.address === http.origin.address;
    return isSame && known.header === http.request.headers.authorization ? known : undefined;
  }

  /** Remembers an answer for as long as all that it follows from lasts. */
  remember({ http, need, repository, mark, at }: Asked, authentication: Authentication, { principal, decision }: Admitted): void {
    const proved = authentication.kind === 'anonymous' ? lasting : authentication.kind === 'principal' ? authentication.lasts : undefined;
    const { lasts } = decision;
    const { authorization: header } = http.request.headers;
    if (proved === undefined || lasts === undefined || (header?.length ?? 0) > longestHeader) return;
    const until = Math.min(proved.until, lasts.until);
    const elapsed = Math.min(proved.elapsed, lasts.elapsed, at + mostMs);
    const { address } = http.origin;
    connectionOf(http.request.socket).admission = { header, address, need, repository, mark, until, elapsed, principal, decision };
  }
}
