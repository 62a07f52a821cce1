import type { KeyObject } from 'node:crypto';
import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { deriveKey } from './derived-key.ts';
import type { OpenedKey } from './signing-key-pair.ts';
import { newSigningKey, openSigningKey, publicJwk } from './signing-key-pair.ts';

const dayMs = 24 * 60 * 60_000;

/** How long a key signs, and when its successor appears before that. */
const signingMs = 30 * dayMs;
const overlapMs = 2 * dayMs;
/** Tokens live up to 90 days (refresh tokens) and their key must outlive them, skewed clocks included. */
const verifyingMs = 91 * dayMs;
/** A new key waits this long before it signs (unless it is the only one), until every replica has read it. */
const settleMs = 5 * 60_000;
/** Keys are read again when they are this old, and for an unknown key id, but for those not more often than that. */
const refreshMs = 60_000;
const refreshForUnknownMs = 5000;

interface SigningKeysOptions {
  readonly accounts: AccountStore;
  readonly secretKey: Uint8Array;
  readonly now: () => Millis;
  /** Told once of each stored key that does not open with this secret key; such a key is not used. */
  readonly report: (message: string, error: unknown) => void;
}

/** This installation's own Ed25519 keys, shared by all replicas through the account store. */
export class SigningKeys {
  readonly #options: SigningKeysOptions;
  readonly #sealingKey: Uint8Array;
  readonly #reported = new Set<string>();
  #keys: ReadonlyMap<string, OpenedKey> = new Map();
  #readAt: Millis | undefined;
  /** When an unknown id was last a reason to read. */
  #soughtAt: Millis | undefined;
  #seeking: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #adding: Promise<void> | undefined;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
    this.#sealingKey = deriveKey(options.secretKey, 'signing keys');
  }

  /**
   * Makes a key when there is none or the newest soon retires, and forgets expired ones. To be called at start and then
   * once a day or so; also safe in several processes at once (at worst there is one key more).
   */
  async maintain(): Promise<void> {
    const { accounts, now } = this.#options;
    await accounts.deleteExpiredSigningKeys({ at: now() });
    await this.#read();
    const at = now();
    if (this.#unretired(at).some((key) => key.retiresAt - at > overlapMs)) return;
    await this.#add();
  }

  /** The key to sign with: the newest that has settled and not retired. Makes one when there is none. */
  async signingKey(): Promise<{ id: string; privateKey: KeyObject }> {
    await this.#refresh();
    const at = this.#options.now();
    const chosen = this.#chosen(at);
    if (chosen !== undefined) return chosen;
    await this.#add();
    const made = this.#chosen(at);
    if (made === undefined) throw new Error('a signing key was made but cannot be read back');
    return made;
  }

  /** The public key of that id, as long as it has not expired; never any key but our own. */
  async verificationKey(id: string): Promise<KeyObject | undefined> {
    await this.#refresh();
    if (!this.#keys.has(id)) await this.#seek();
    const key = this.#keys.get(id);
    return key !== undefined && this.#options.now() < key.expiresAt ? key.publicKey : undefined;
  }

  /** Every public key that has not expired (RFC 7517). */
  async jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, unknown>>[] }> {
    await this.#refresh();
    const at = this.#options.now();
    return { keys: [...this.#keys.values()].filter((key) => at < key.expiresAt).map((key) => publicJwk(key.id, key.publicKey)) };
  }

  #unretired(at: Millis): OpenedKey[] {
    return [...this.#keys.values()].filter((key) => at < key.retiresAt);
  }

  #chosen(at: Millis): OpenedKey | undefined {
    const newestFirst = this.#unretired(at).sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
    return newestFirst.find((key) => at - key.createdAt >= settleMs) ?? newestFirst.at(-1);
  }

  /** One key at a time in this process, however many tokens wait for the first one. */
  async #add(): Promise<void> {
    this.#adding ??= this.#addNow().finally(() => {
      this.#adding = undefined;
    });
    await this.#adding;
  }

  async #addNow(): Promise<void> {
    const createdAt = this.#options.now();
    const retiresAt = createdAt + signingMs;
    await this.#options.accounts.addSigningKey(
      newSigningKey(this.#sealingKey, { createdAt, retiresAt, expiresAt: retiresAt + verifyingMs }),
    );
    // A read that began earlier may not see it.
    await this.#reading;
    await this.#read();
  }

  async #refresh(): Promise<void> {
    if (this.#isPast(this.#readAt, refreshMs)) await this.#read();
  }

  /** Another replica may have made a key after our last read, however young that is. */
  async #seek(): Promise<void> {
    if (this.#isPast(this.#soughtAt, refreshForUnknownMs)) {
      this.#seeking ??= this.#seekNow().finally(() => {
        this.#seeking = undefined;
      });
    }
    await this.#seeking;
  }

  async #seekNow(): Promise<void> {
    const at = this.#options.now();
    // A read that began earlier may not see it.
    await this.#reading;
    await this.#read();
    this.#soughtAt = at;
  }

  #isPast(at: Millis | undefined, ms: number): boolean {
    if (at === undefined) return true;
    const ageMs = this.#options.now() - at;
    // A clock that was set back must not keep us from reading.
    return ageMs >= ms || ageMs < 0;
  }

  /** One read at a time: whoever comes while it runs waits for the same one. */
  async #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #readNow(): Promise<void> {
    const at = this.#options.now();
    const opened = new Map<string, OpenedKey>();
    for (const key of await this.#options.accounts.listSigningKeys()) {
      const known = this.#keys.get(key.id) ?? this.#open(key);
      if (known !== undefined) opened.set(key.id, known);
    }
    this.#keys = opened;
    this.#readAt = at;
  }

  #open(key: Parameters<typeof openSigningKey>[1]): OpenedKey | undefined {
    try {
      return openSigningKey(this.#sealingKey, key);
    } catch (error) {
      if (!this.#reported.has(key.id)) {
        this.#reported.add(key.id);
        const fix = 'tokens signed with it are refused; servers that share a database need the same secrets.keyFile';
        this.#options.report(`signing key ${key.id} does not open with this secret key: ${fix}`, error);
      }
      return undefined;
    }
  }
}
