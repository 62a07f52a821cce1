import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Scope } from '@longshore/oci';
import { parseScopes } from '@longshore/oci';
import type { JWTPayload } from 'jose';
import { SignJWT } from 'jose';
import type { User } from '../registry/ports/account-store.ts';
import type { Authorizer, Principal } from '../registry/ports/authorizer.ts';
import type { MemoryAccountStore } from './memory-account-store.ts';
import { createMemoryAccountStore } from './memory-account-store.ts';
import type { MemoryRobotLogins } from './memory-robot-logins.ts';
import { createMemoryRobotLogins } from './memory-robot-logins.ts';
import { RegistryTokens } from './registry-tokens.ts';
import { RobotLogin } from './robot-login.ts';
import { SigningKeys } from './signing-keys.ts';

/** The fixed names that tokens of a bench carry. */
export const issuer = 'longshore';
export const service = 'registry.example';

/** A token service over accounts in memory, for tests. */
export interface TokenBench {
  readonly accounts: MemoryAccountStore;
  readonly robots: MemoryRobotLogins;
  readonly keys: SigningKeys;
  readonly tokens: RegistryTokens;
  readonly clock: { now: number };
  readonly alice: User;
  /** What everybody may do: `pull team/app`, `list registry`. */
  readonly allowed: Set<string>;
  /** How often a user's row was read. */
  readonly userReads: () => number;
  /** Signs whatever a test makes up with this installation's own key (or another one). */
  readonly forge: (changes: { header?: Record<string, unknown>; claims?: JWTPayload; key?: KeyObject }) => Promise<string>;
}

/** Begins with one user, alice, and nothing allowed; for one host unless `areClocksApart`. */
export async function createTokenBench({
  areClocksApart = false,
  lifetimeSeconds = 300,
}: {
  areClocksApart?: boolean;
  lifetimeSeconds?: number;
} = {}): Promise<TokenBench> {
  const inner = createMemoryAccountStore();
  let userReads = 0;
  const findUser: MemoryAccountStore['findUser'] = (by) => {
    userReads += 1;
    return inner.findUser(by);
  };
  const accounts = { ...inner, findUser };
  const clock = { now: 1_700_000_000_000 };
  const now = (): number => clock.now;
  const report = (message: string): never => {
    throw new Error(message);
  };
  const keys = new SigningKeys({ accounts, secretKey: randomBytes(32), now, report });
  const robots = createMemoryRobotLogins();
  const allowed = new Set<string>();
  const authorizer = authorizerOf(allowed);
  const tokens = new RegistryTokens({
    accounts,
    robots: new RobotLogin({ robots, now, report }),
    authorizer,
    keys,
    issuer,
    service,
    now,
    lifetimeSeconds,
    areClocksApart,
  });
  const alice = await inner.createUser({ name: 'alice', passwordHash: undefined, administrator: false, at: clock.now });
  if (alice === undefined) throw new Error('alice could not be made');

  const forge: TokenBench['forge'] = async ({ header = {}, claims = {}, key }) => {
    const own = await keys.signingKey();
    const seconds = clock.now / 1000;
    const standard = {
      iss: issuer,
      aud: service,
      sub: `user:${alice.id}`,
      ver: alice.version,
      jti: 'forged',
      access: [],
      iat: seconds,
      nbf: seconds,
      exp: seconds + 300,
    };
    const payload = Object.fromEntries(Object.entries({ ...standard, ...claims }).filter(([, value]) => value !== undefined));
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'longshore-registry+jwt', kid: own.id, ...header })
      .sign(key ?? own.privateKey);
  };
  return { accounts, robots, keys, tokens, clock, alice, allowed, userReads: () => userReads, forge };
}

/** A principal as the password check makes it. */
export function principalOf(user: User): Principal {
  return {
    subject: { kind: 'user', id: user.id, name: user.name, administrator: user.administrator },
    limit: undefined,
    credential: 'password',
    proof: { userVersion: user.version },
  };
}

/** The scopes of a scope parameter. */
export function scopesOf(text: string): readonly Scope[] {
  const scopes = parseScopes(text);
  if (scopes === undefined) throw new TypeError(`not scopes: ${text}`);
  return scopes;
}

/** A key that is nobody's. */
export function foreignKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ed25519');
}

function authorizerOf(allowed: ReadonlySet<string>): Authorizer {
  return {
    decide: async (_, action, resource) => ({
      allow: allowed.has(`${action} ${resource.kind === 'registry' ? 'registry' : resource.name}`),
      reason: 'by the table of the test',
      roles: [],
    }),
    visible: async () => ({ kind: 'nothing' }),
  };
}
