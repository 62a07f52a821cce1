import type { User } from './account-store.ts';
import type { Agent } from './agent.ts';
import type { Principal } from './authorizer.ts';
import type { DeviceRequest } from './device-store.ts';
import type { Session } from './session-store.ts';
import type { AwayProof, SignOutPlace } from './sign-in.ts';

/** A browser, as far as it tells. */
export interface BrowserOrigin {
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
}

/** A session that is good now. */
export interface OpenSession {
  readonly session: Session;
  readonly user: User;
  readonly principal: Principal;
  /** Goes with everything that changes something. */
  readonly csrfToken: string;
  /** Whether its user must set up a second factor before anything else: then it is good for that alone. */
  readonly mustSetUp: boolean;
}

/** Finds the sessions that cookies stand for. */
export interface SessionReader {
  /** Undefined when it is over or never was. `secret`: the value of the cookie. */
  find(secret: string): Promise<OpenSession | undefined>;
}

/**
 * What a step of signing in led to. `second-factor`: `proof` stands for the password for some minutes; it is sealed. `refused`: why is for
 * the record. `not-admitted`: the provider knows them, this registry does not take them in.
 */
export type SignInStep =
  | { readonly kind: 'signed-in'; readonly secret: string; readonly session: Session; readonly user: User }
  | { readonly kind: 'second-factor'; readonly proof: string }
  | { readonly kind: 'refused'; readonly account?: string | undefined; readonly detail?: string }
  | { readonly kind: 'delayed'; readonly retryAfterSeconds: number }
  | { readonly kind: 'not-admitted' | 'over' }
  | { readonly kind: 'away'; readonly detail: string };

/** Signing in with a browser, and what whoever is signed in may do about it. */
export interface SignInService extends SessionReader {
  /** Where else people sign in, as buttons. */
  readonly providers: readonly { readonly name: string; readonly title: string }[];
  readonly factors: SecondFactorService;
  readonly devices: DeviceService;
  byPassword(credentials: { readonly name: string; readonly password: string }, from: BrowserOrigin): Promise<SignInStep>;
  /** `proof`: of a step before. `over`: it took too long, or the user has changed. */
  bySecondFactor(proof: string, code: string, from: BrowserOrigin): Promise<SignInStep>;
  /** Where the browser is sent; `again`: as `SignInProvider.start` has it; `kept` goes into a cookie, sealed. Undefined: there is no such provider. */
  start(
    provider: string,
    where: { readonly callbackUrl: string; readonly returnTo: string; readonly again: boolean },
  ): Promise<{ kind: 'redirect'; redirect: string; kept: string } | { kind: 'away'; detail: string } | undefined>;
  /** The browser is back. `over`: it was not sent by us, took too long, or comes a second time. */
  finish(
    provider: string,
    back: { readonly callbackUrl: string; readonly url: URL; readonly kept: string },
    from: BrowserOrigin,
  ): Promise<{ readonly step: SignInStep; readonly returnTo: string }>;
  /** A session in the place of one from before the user's version rose, with another secret; it proves no more than that one did. */
  renew(open: OpenSession, from: BrowserOrigin): Promise<string | undefined>;
  end(open: OpenSession, from: BrowserOrigin): Promise<void>;
  /** As `SignInProvider.signOut`; undefined also when there is no such provider. */
  signOutOf(provider: string, returnUrl: string): Promise<SignOutPlace | AwayProof | undefined>;
  /** A personal access token; `text` is the secret, shown this once. */
  makeToken(open: OpenSession, input: { readonly name: string; readonly days: number }, from: BrowserOrigin): Promise<{ text: string }>;
}

/** Why a code did not do. `wrong` also stands for one that was used before. */
export type CodeOutcome = { readonly kind: 'wrong' } | { readonly kind: 'delayed'; readonly retryAfterSeconds: number };

/** What an app is to be told. */
export interface NewSecondFactor {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://totp/...`. */
  readonly uri: string;
}

/** Whether a user has a second factor, and how many recovery codes are left. */
export interface SecondFactorState {
  readonly enabled: boolean;
  readonly recoveryCodes: number;
}

/** Second factors of users. Guessing is slowed down for each user. */
export interface SecondFactorService {
  stateOf(user: User): Promise<SecondFactorState>;
  /** A new secret, which counts when it is confirmed; undefined when there is a confirmed one. */
  begin(user: User, by: Agent): Promise<NewSecondFactor | undefined>;
  /** The secret that waits to be confirmed. */
  waiting(user: User): Promise<NewSecondFactor | undefined>;
  /** By a first code; ends what was issued to the user before. The recovery codes are shown this once. */
  confirm(
    user: User,
    code: string,
    by: Agent,
  ): Promise<CodeOutcome | { readonly kind: 'confirmed'; readonly recoveryCodes: readonly string[] }>;
  /** Takes a code of the app or a recovery code, each once. */
  check(user: User, code: string, by: Agent): Promise<CodeOutcome | { readonly kind: 'good' }>;
  /** Ends what was issued to the user before. False when there is none. */
  remove(user: User, by: Agent): Promise<boolean>;
}

/** What a device is told that asks for a token (RFC 8628 section 3.2). */
export interface StartedDevice {
  readonly deviceCode: string;
  /** `BCDF-GHJK`. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** What a device hears that asks again (RFC 8628 section 3.5). */
export type DeviceAnswer =
  | { readonly kind: 'pending' | 'slow-down' | 'denied' | 'expired' }
  | { readonly kind: 'token'; readonly token: string; readonly userName: string; readonly expiresInSeconds: number };

/** Devices without a browser, let in by somebody with one (RFC 8628). */
export interface DeviceService {
  /** Undefined: too many wait already, of this network or in all. */
  start(name: string, address: string): Promise<StartedDevice | undefined>;
  poll(deviceCode: string, from: { readonly address: string; readonly requestId: string }): Promise<DeviceAnswer>;
  /** The one that waits with this code. Guessing is slowed down for each user. */
  find(userCode: string, open: OpenSession): Promise<CodeOutcome | { readonly kind: 'found'; readonly device: DeviceRequest }>;
  /** False when it waits no more. */
  decide(device: DeviceRequest, allow: boolean, open: OpenSession, from: BrowserOrigin): Promise<boolean>;
}
