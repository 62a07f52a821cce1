import type { Config } from './config/schema.ts';
import { createAccountService } from './identity/account-service.ts';
import { CodeGuard } from './identity/code-guard.ts';
import type { Identity } from './identity/create-identity.ts';
import { deriveKey } from './identity/derived-key.ts';
import { DeviceFlow } from './identity/device-flow/device-flow.ts';
import { ownProvider } from './identity/password-login.ts';
import { mustSetUp } from './identity/second-factor/second-factor-policy.ts';
import { SecondFactors } from './identity/second-factor/second-factors.ts';
import { createSecretBox } from './identity/secret-box.ts';
import { Sessions } from './identity/sessions/sessions.ts';
import { SignIn } from './identity/sessions/sign-in.ts';
import type { Backends } from './open-backends.ts';
import type { ExternalSignIn, PasswordSource, SignInProvider } from './registry/ports/sign-in.ts';
import type { SignInService } from './registry/ports/sign-in-service.ts';

const hourMs = 60 * 60_000;

/** Who vouches for people from elsewhere, and what makes users of whom they send. */
export interface Outside {
  /** Where browsers are sent to. */
  readonly people?: { readonly providers: readonly SignInProvider[]; readonly external: ExternalSignIn } | undefined;
  /** What knows names and passwords. */
  readonly directories?: { readonly sources: readonly PasswordSource[]; readonly external: ExternalSignIn } | undefined;
}

/** Signing in with a browser, second factors, and devices that somebody lets in. */
export function composeSignIn(
  config: Config,
  { metadata, logger }: Backends,
  { passwords, delay }: Identity,
  secretKey: Uint8Array,
  { people, directories }: Outside,
): SignInService {
  const { sessionHours, idleHours, secondFactor, deviceTokenDays } = config.signIn;
  const now = Date.now;
  const guard = new CodeGuard(delay);
  const providers = people?.providers ?? [];
  const sources = directories?.sources ?? [];
  // Who comes by a provider has proved there what it asks for.
  const withPassword = new Set([ownProvider, ...sources.map(({ name }) => name)]);
  const known = new Set([...withPassword, ...providers.map(({ name }) => name)]);
  return new SignIn({
    accounts: metadata,
    service: createAccountService(metadata, now),
    store: metadata,
    sessions: new Sessions({
      store: metadata,
      csrfKey: deriveKey(secretKey, 'csrf'),
      idleMs: idleHours * hourMs,
      lifetimeMs: sessionHours * hourMs,
      isProvider: (name) => known.has(name),
      mustSetUp: (user, provider) => withPassword.has(provider) && mustSetUp(secondFactor, user),
      now,
      report: (message, error) => logger.warn(message, { error }),
    }),
    passwords,
    factors: new SecondFactors({
      factors: metadata,
      guard,
      box: createSecretBox(secretKey, 'second factor'),
      codeKey: deriveKey(secretKey, 'recovery codes'),
      issuer: config.publicUrl === undefined ? 'Longshore' : new URL(config.publicUrl).host,
      now,
    }),
    devices: new DeviceFlow({
      devices: metadata,
      guard,
      codeKey: deriveKey(secretKey, 'user codes'),
      tokenLifetimeMs: deviceTokenDays * 24 * hourMs,
      now,
    }),
    providers,
    external: people?.external,
    box: createSecretBox(secretKey, 'sign-in'),
    now,
  });
}
