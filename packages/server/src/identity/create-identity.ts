import type { AccountStore, User } from '../registry/ports/account-store.ts';
import type { Authenticator, RefusalReason, TokenService } from '../registry/ports/authenticator.ts';
import type { Authorizer } from '../registry/ports/authorizer.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { RobotLogins } from '../registry/ports/robot-store.ts';
import type { TrustLogins } from '../registry/ports/robot-trust-store.ts';
import { createAuthenticator } from './authenticator.ts';
import { BasicLogin } from './basic.ts';
import type { BoundClusterTokens } from './bound-cluster-token.ts';
import { CertificateLogin, type CertificateLoginOptions } from './certificate-login.ts';
import { ForeignLogin, type ForeignLoginOptions } from './foreign-login.ts';
import { LoginDelay } from './login-delay.ts';
import { type ExternalPasswords, PasswordLogin } from './password-login.ts';
import { PasswordVerifier } from './passwords.ts';
import { RegistryTokens } from './registry-tokens.ts';
import { RobotLogin } from './robot-login.ts';
import { needsSecondFactor, type SecondFactorPolicy } from './second-factor/second-factor-policy.ts';
import { SigningKeys } from './signing-keys.ts';

/** Everything that proves who somebody is, over one account store. */
export interface Identity {
  readonly authenticator: Authenticator;
  readonly tokens: TokenService;
  /** Names with passwords alone, for whoever asks for more besides. */
  readonly passwords: PasswordLogin;
  readonly delay: LoginDelay;
  /** What challenges and tokens name as the service. */
  readonly service: string;
  /** Makes and retires signing keys as they fall due: to be called at start, then hourly to daily. */
  maintainKeys(): Promise<void>;
}

/**
 * Puts the parts together. `secretKey`: 32 bytes; `lifetimeSeconds` of registry tokens, 60 at least (`RangeError`); `areClocksApart`:
 * other hosts issue tokens too;
 * `report` is told of what fails beside a request that does not, and of stored keys that do not open; `refused` of every login
 * that is refused; `foreign` undefined: no other issuer's tokens are taken; `clusterTokens` undefined: none of a cluster's.
 */
export function createIdentity(options: {
  readonly accounts: AccountStore;
  readonly robots: RobotLogins & Pick<TrustLogins, 'findTrustingRobot'>;
  readonly authorizer: Authorizer;
  readonly secretKey: Uint8Array;
  /** Passwords that are kept elsewhere, if any are. */
  readonly externalPasswords?: ExternalPasswords | undefined;
  readonly secondFactor: SecondFactorPolicy;
  readonly issuer: string;
  readonly service: string;
  readonly lifetimeSeconds: number;
  readonly areClocksApart: boolean;
  readonly now: () => Millis;
  readonly report: (message: string, error: unknown) => void;
  readonly refused: (reason: RefusalReason) => void;
  readonly foreign?: ForeignLoginOptions | undefined;
  readonly clusterTokens?: BoundClusterTokens | undefined;
  /** Undefined: no certificates of clients are taken. */
  readonly certificates?: Pick<CertificateLoginOptions, 'robots' | 'users' | 'logger'> | undefined;
}): Identity {
  const keys = new SigningKeys(options);
  const robots = new RobotLogin(options);
  const tokens = new RegistryTokens({ ...options, robots, keys });
  const delay = new LoginDelay(options);
  const foreign = options.foreign === undefined ? undefined : new ForeignLogin({ ...options.foreign, issuer: options.issuer });
  const passwords = new PasswordLogin({ ...options, external: options.externalPasswords, delay, passwords: new PasswordVerifier() });
  const isMoreNeeded = (user: User) => needsSecondFactor(options.secondFactor, user);
  const basic = new BasicLogin({ ...options, robots, passwords, foreign, needsSecondFactor: isMoreNeeded });
  const certificates =
    options.certificates && new CertificateLogin({ ...options, ...options.certificates, needsSecondFactor: isMoreNeeded });
  const authenticator = createAuthenticator({ basic, tokens, foreign, certificates });
  return { authenticator, tokens, passwords, delay, service: options.service, maintainKeys: () => keys.maintain() };
}
