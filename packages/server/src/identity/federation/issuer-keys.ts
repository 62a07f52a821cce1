import { JOSEError } from 'jose/errors';
import { importJWK } from 'jose/key/import';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { IssuerKeySource, PublishedKey } from './issuer-key-source.ts';

/** A token with a key that is not known makes nobody ask for keys more often. */
const askEveryMs = 10_000;

/** What key an algorithm needs (RFC 7518 section 6, RFC 8037). */
const needs: Readonly<Record<string, { readonly kty: string; readonly crv?: string }>> = {
  RS256: { kty: 'RSA' },
  RS384: { kty: 'RSA' },
  RS512: { kty: 'RSA' },
  PS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/** A key that verifies. The same object for as long as its issuer publishes the same keys. */
export type VerifyingKey = Awaited<ReturnType<typeof importJWK>>;

interface KeySet {
  readonly keys: readonly PublishedKey[];
  readonly readAt: Millis;
  readonly imported: Map<string, Promise<VerifyingKey | undefined>>;
}

interface IssuerKeysOptions {
  /** What the log and clients call the issuer. */
  readonly name: string;
  readonly source: IssuerKeySource;
  /** How long keys are good while they cannot be read again. */
  readonly keepMs: number;
  /** A clock that never goes back, as that of the day may. */
  readonly elapsed: () => Millis;
  readonly logger: Logger;
}

/** The public keys of one issuer, read when they are needed, and kept for a bounded time when they cannot be read again. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #set: KeySet | undefined;
  #reading: Promise<void> | undefined;
  #triedAt = -Infinity;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /**
   * The one key of that id for that algorithm, which must be one that `needs` has; undefined when there is none, or more than one. Without
   * an id: the only key that fits. Rejects with a `RegistryError` (503) when no keys can be had, for at most a few seconds and then at once.
   */
  async find(keyId: string | undefined, algorithm: string): Promise<VerifyingKey | undefined> {
    const set = await this.#current();
    const found = await findIn(set, keyId, algorithm);
    if (found !== undefined || !(await this.#readAgain())) return found;
    return this.#set === undefined ? undefined : findIn(this.#set, keyId, algorithm);
  }

  async #current(): Promise<KeySet> {
    const { source, keepMs, elapsed, name } = this.#options;
    const isOlderThan = (ms: number) => this.#set === undefined || elapsed() - this.#set.readAt >= ms;
    if (isOlderThan(keepMs)) {
      this.#set = undefined;
      await this.#readAgain();
      if (this.#set === undefined) {
        throw new RegistryError('UNAVAILABLE', {
          status: 503,
          message: `The keys of the issuer '${name}' cannot be had at the moment: repeat the request in some seconds.`,
          headers: { 'Retry-After': '10' },
        });
      }
      return this.#set;
    }
    // Whoever asks meanwhile does not wait.
    if (isOlderThan(source.freshMs)) void this.#readAgain();
    return this.#set as KeySet;
  }

  /** Reads the keys unless that was just tried; all who ask meanwhile wait for the same. Whether it was tried. Never rejects. */
  async #readAgain(): Promise<boolean> {
    const { elapsed } = this.#options;
    if (this.#reading === undefined) {
      if (elapsed() - this.#triedAt < askEveryMs) return false;
      this.#triedAt = elapsed();
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    await this.#reading;
    return true;
  }

  async #read(): Promise<void> {
    const { source, elapsed, logger, name } = this.#options;
    try {
      const keys = await source.read();
      const isAsBefore = JSON.stringify(keys) === JSON.stringify(this.#set?.keys);
      this.#set = { keys, readAt: elapsed(), imported: (isAsBefore && this.#set?.imported) || new Map() };
    } catch (error) {
      logger.warn('The keys of an issuer could not be read; those read before are good for a while', { issuer: name, error });
    }
  }
}

async function findIn({ keys, imported }: KeySet, keyId: string | undefined, algorithm: string): Promise<VerifyingKey | undefined> {
  const fitting = keys.filter((key) => (keyId === undefined || key['kid'] === keyId) && isFor(key, algorithm));
  const [key] = fitting;
  if (key === undefined || fitting.length > 1) return undefined;
  const cacheKey = JSON.stringify([keyId, algorithm]);
  const known = imported.get(cacheKey) ?? importKey(key, algorithm);
  imported.set(cacheKey, known);
  return known;
}

/** RFC 7517 sections 4.1 to 4.4: what a key says of its own use is binding. */
function isFor(key: PublishedKey, algorithm: string): boolean {
  const { kty, crv, use = 'sig', alg = algorithm, key_ops: operations = ['verify'] } = key;
  const need = needs[algorithm];
  const isOfKind = need !== undefined && kty === need.kty && (need.crv === undefined || crv === need.crv);
  return (
    isOfKind && use === 'sig' && (alg === algorithm || alg === 'Ed25519') && Array.isArray(operations) && operations.includes('verify')
  );
}

/** Only the public parts, whatever else the document holds; undefined: it is no good key, such as one of RSA that is too short. */
async function importKey(key: PublishedKey, algorithm: string): Promise<VerifyingKey | undefined> {
  const { kty, crv, n, e, x, y } = key;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const members = { kty: text(kty), crv: text(crv), n: text(n), e: text(e), x: text(x), y: text(y) };
  const jwk = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  try {
    const imported = await importJWK(jwk, algorithm);
    // RFC 7518 section 3.3; the library would only say so when a token comes.
    const isShort = 'algorithm' in imported && 'modulusLength' in imported.algorithm && Number(imported.algorithm.modulusLength) < 2048;
    return isShort ? undefined : imported;
  } catch (error) {
    if (error instanceof JOSEError || error instanceof DOMException || error instanceof TypeError) return undefined;
    throw error;
  }
}
