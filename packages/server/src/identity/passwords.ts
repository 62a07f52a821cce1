import { randomBytes } from 'node:crypto';

/** RFC 9106 argon2id with the parameters that OWASP recommends: 19 MiB, two passes, one lane. About 10 ms. */
const argon2 = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

const parameters = `m=${argon2.memoryCost},t=${argon2.timeCost},p=${argon2.parallelism}`;

/** Unknown users are checked against this (the hash of no known password), so that they take as long. */
const nobodysHash = `$argon2id$v=19$${parameters}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Native code that the first password needs, and a registry that serves tokens or anonymous pulls may never. */
const loadArgon2 = () => import('@node-rs/argon2');

/** How long a password may be when it is set, in characters (Unicode code points). */
const passwordLength = { min: 8, max: 256 } as const;

/** The argon2id hash (PHC form) to store. Accepts every text; ask `passwordProblem` first. */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await loadArgon2();
  return hash(canonical(password), argon2);
}

/** What speaks against setting this password, as a sentence for its user; undefined when nothing does. */
export function passwordProblem(password: string): string | undefined {
  const length = [...canonical(password)].length;
  if (length < passwordLength.min) return `A password needs at least ${passwordLength.min} characters.`;
  if (length > passwordLength.max) return `A password has at most ${passwordLength.max} characters.`;
  // RFC 7617 section 2: Basic cannot carry them, so their user could never log in.
  if (/\p{Cc}/u.test(password)) return 'A password cannot contain control characters.';
  // Whoever sent one of these as a password would be taken for its holder.
  if (/^ls[pr]_/.test(password)) return "A password cannot begin with 'lsp_' or 'lsr_', as access tokens and secrets of robots do.";
  return undefined;
}

/** Crockford's alphabet, whose characters are not mistaken for each other: five bits each. */
const readable = '0123456789abcdefghjkmnpqrstvwxyz';

/** A password to be read and typed by people: five groups of five characters, 125 random bits. */
export function randomPassword(): string {
  const characters = Array.from(randomBytes(25), (byte) => readable[byte % readable.length]);
  return Array.from({ length: 5 }, (_, group) => characters.slice(group * 5, group * 5 + 5).join('')).join('-');
}

/**
 * Checks passwords, `concurrency` at a time (each takes 19 MiB and a thread of the pool that file access shares) with
 * at most `maxQueued` waiting.
 */
export class PasswordVerifier {
  readonly #concurrency: number;
  readonly #maxQueued: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: { concurrency?: number; maxQueued?: number } = {}) {
    this.#concurrency = options.concurrency ?? 2;
    this.#maxQueued = options.maxQueued ?? 64;
  }

  /**
   * Whether `password` is the one of `passwordHash`. Without a hash (no such user, no password) the same work is done
   * and the answer is false. 'busy', at once and without any work, when too many are waiting. Rejects when the stored
   * hash is damaged.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean | 'busy'> {
    if (this.#running >= this.#concurrency) {
      if (this.#waiting.length >= this.#maxQueued) return 'busy';
      // Whoever ends hands its place over, so `#running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      const { verify } = await loadArgon2();
      const matches = await verify(passwordHash ?? nobodysHash, canonical(password));
      return matches && passwordHash !== undefined;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** The same characters typed on different systems arrive composed or decomposed (RFC 8265 section 4.2.2). */
function canonical(password: string): string {
  return password.normalize('NFC');
}
