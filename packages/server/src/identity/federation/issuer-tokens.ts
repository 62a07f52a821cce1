import { createHash } from 'node:crypto';
import { JOSEError } from 'jose/errors';
import { compactVerify } from 'jose/jws/compact/verify';
import type { Refusal } from '../../registry/ports/authenticator.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ForeignTokens, ProvedToken } from '../../registry/ports/foreign-tokens.ts';
import { BoundedMap } from '../bounded-map.ts';
import { issuerIn } from '../foreign-token-form.ts';
import { checkClaims } from './claim-checks.ts';
import type { IssuerKeys, VerifyingKey } from './issuer-keys.ts';

/** An issuer whose tokens are taken. */
export interface TrustedIssuer {
  readonly name: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The `aud` that they must have. */
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: IssuerKeys;
}

interface ChosenKey {
  readonly algorithm: string;
  readonly key: VerifyingKey;
}

/** Tokens of the configured issuers (RFC 7519, RFC 8725). */
export class IssuerTokens implements ForeignTokens {
  readonly names: readonly string[];
  readonly #issuers: ReadonlyMap<string, TrustedIssuer>;
  readonly #now: () => Millis;
  /** Tokens that were found good, by their hash: a signature costs more than everything else of a small request. */
  readonly #proved = new BoundedMap<{ readonly proved: ProvedToken; readonly by: VerifyingKey }>(10_000);

  constructor(issuers: readonly TrustedIssuer[], now: () => Millis) {
    this.names = issuers.map(({ name }) => name);
    this.#issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
    this.#now = now;
  }

  knows(iss: string): boolean {
    return this.#issuers.has(iss);
  }

  async verify(token: string): Promise<ProvedToken | Refusal> {
    const issuer = this.#issuers.get(issuerIn(token) ?? '');
    if (issuer === undefined) return invalid('its issuer is not configured here');
    const chosen = await chooseKey(token, issuer);
    if ('kind' in chosen) return chosen;
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#proved.get(hash);
    // What its issuer has withdrawn is found no more, and proves nothing from then on.
    if (known !== undefined && known.by === chosen.key && this.#now() < known.proved.until) return known.proved;
    this.#proved.delete(hash);
    const outcome = await this.#verifyBy(chosen, token, issuer);
    if (outcome.kind === 'proved') this.#proved.set(hash, { proved: outcome, by: chosen.key });
    return outcome;
  }

  async #verifyBy({ algorithm, key }: ChosenKey, token: string, issuer: TrustedIssuer): Promise<ProvedToken | Refusal> {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: [algorithm] });
      const checked = checkClaims(payload, issuer, this.#now());
      if (checked.kind === 'refused') return checked;
      return { kind: 'proved', issuer: issuer.name, claims: checked.claims, until: checked.until };
    } catch (error) {
      if (error instanceof JOSEError) return invalid(`its signature is not that of the issuer '${issuer.name}'`);
      throw error;
    }
  }
}

/** Nothing of the header is believed: it chooses among what is allowed, and among the keys of that issuer. */
async function chooseKey(token: string, issuer: TrustedIssuer): Promise<ChosenKey | Refusal> {
  const header = headerOf(token);
  const algorithm = issuer.algorithms.find((allowed) => allowed === header['alg']);
  if (algorithm === undefined) return invalid(`it is signed in a way that the issuer '${issuer.name}' is not configured for`);
  if (header['crit'] !== undefined) return invalid('its header has demands (crit) that are not known');
  const keyId = header['kid'];
  if (keyId !== undefined && typeof keyId !== 'string') return invalid('its key id (kid) is no text');
  const key = await issuer.keys.find(keyId, algorithm);
  if (key === undefined) return invalid(`the issuer '${issuer.name}' has no key of its key id (kid) for its algorithm`);
  return { algorithm, key };
}

function headerOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

function invalid(detail: string): Refusal {
  return { kind: 'refused', reason: 'token-invalid', detail };
}
