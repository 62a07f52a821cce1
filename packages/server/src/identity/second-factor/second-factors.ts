import { createHmac, randomBytes } from 'node:crypto';
import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { SecondFactorStore } from '../../registry/ports/second-factor-store.ts';
import type { SecretBox } from '../../registry/ports/secret-box.ts';
import type { CodeOutcome, NewSecondFactor, SecondFactorService, SecondFactorState } from '../../registry/ports/sign-in-service.ts';
import type { CodeGuard } from '../code-guard.ts';
import { base32, newTotpSecret, otpauthUri, stepOfCode } from './totp.ts';

const recoveryCodes = 10;

interface SecondFactorOptions {
  readonly factors: SecondFactorStore;
  readonly guard: CodeGuard;
  readonly box: SecretBox;
  /** 32 bytes; recovery codes are kept as what it makes of them, since they are short enough to be guessed from a plain hash. */
  readonly codeKey: Uint8Array;
  /** What apps call this registry. */
  readonly issuer: string;
  readonly now: () => Millis;
}

/** One-time passwords of apps (RFC 6238), and codes for whoever has lost the app. */
export class SecondFactors implements SecondFactorService {
  readonly #options: SecondFactorOptions;

  constructor(options: SecondFactorOptions) {
    this.#options = options;
  }

  async stateOf(user: Pick<User, 'id'>): Promise<SecondFactorState> {
    const found = await this.#options.factors.findSecondFactor(user.id);
    if (found?.confirmed !== true) return { enabled: false, recoveryCodes: 0 };
    return { enabled: true, recoveryCodes: found.recoveryCodes };
  }

  async begin(user: User, by: Agent): Promise<NewSecondFactor | undefined> {
    const { factors, box, issuer, now } = this.#options;
    const secret = newTotpSecret();
    const text = Buffer.from(secret).toString('base64');
    const begun = await factors.beginSecondFactor({ userId: user.id, sealedSecret: box.seal(purposeOf(user), text), by, at: now() });
    return begun ? { secret: base32(secret), uri: otpauthUri(secret, issuer, user.name) } : undefined;
  }

  async waiting(user: User): Promise<NewSecondFactor | undefined> {
    const found = await this.#options.factors.findSecondFactor(user.id);
    if (found === undefined || found.confirmed) return undefined;
    const secret = this.#open(user, found.sealedSecret);
    return { secret: base32(secret), uri: otpauthUri(secret, this.#options.issuer, user.name) };
  }

  async confirm(user: User, code: string, by: Agent): Promise<CodeOutcome | { kind: 'confirmed'; recoveryCodes: readonly string[] }> {
    const { factors, guard, now } = this.#options;
    return guard.attempt(purposeOf(user), true, async () => {
      const found = await factors.findSecondFactor(user.id);
      if (found === undefined || found.confirmed) return undefined;
      const step = stepOfCode(this.#open(user, found.sealedSecret), plain(code), now());
      if (step === undefined) return undefined;
      const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
      const codeHashes = codes.map((text) => this.#hash(user, text));
      const confirmed = { userId: user.id, sealedSecret: found.sealedSecret, step, codeHashes, by, at: now() };
      return (await factors.confirmSecondFactor(confirmed)) ? { kind: 'confirmed' as const, recoveryCodes: codes } : undefined;
    });
  }

  async check(user: User, code: string, by: Agent): Promise<CodeOutcome | { kind: 'good' }> {
    return this.#options.guard.attempt(purposeOf(user), true, async () =>
      (await this.#isGood(user, plain(code), by)) ? { kind: 'good' as const } : undefined,
    );
  }

  async remove(user: Pick<User, 'id'>, by: Agent): Promise<boolean> {
    const { factors, now } = this.#options;
    return factors.removeSecondFactor({ userId: user.id, by, at: now() });
  }

  async #isGood(user: User, code: string, by: Agent): Promise<boolean> {
    const { factors, now } = this.#options;
    const userId = user.id;
    if (/^[a-z2-9]{12}$/.test(code)) {
      return (await factors.useRecoveryCode({ userId, codeHash: this.#hash(user, code), by, at: now() })) !== undefined;
    }
    const found = await factors.findSecondFactor(userId);
    if (found?.confirmed !== true) return false;
    const step = stepOfCode(this.#open(user, found.sealedSecret), code, now());
    // A step is used once: whoever has looked over a shoulder has no use for what they saw.
    return step !== undefined && factors.useStep({ userId, step });
  }

  #open(user: User, sealed: string): Uint8Array {
    return Buffer.from(this.#options.box.open(purposeOf(user), sealed), 'base64');
  }

  #hash(user: Pick<User, 'id'>, code: string): Uint8Array {
    return new Uint8Array(
      createHmac('sha256', this.#options.codeKey)
        .update(`${user.id}:${plain(code)}`)
        .digest(),
    );
  }
}

/** The secret of one user opens for no other. */
const purposeOf = (user: Pick<User, 'id'>) => `second factor of ${user.id}`;

/** As it was shown, without what people put between. */
const plain = (code: string) => code.toLowerCase().replaceAll(/[\s-]/g, '');

/** Letters and digits that are not mistaken for each other; 32 of them, so that every byte makes one. */
const readable = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Three groups of four characters, 60 random bits. */
function newRecoveryCode(): string {
  const text = Array.from(randomBytes(12), (byte) => readable[byte % readable.length]).join('');
  return [text.slice(0, 4), text.slice(4, 8), text.slice(8)].join('-');
}
