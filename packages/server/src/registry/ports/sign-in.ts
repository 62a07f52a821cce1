import type { User } from './account-store.ts';
import type { Agent } from './agent.ts';
import type { Origin } from './authenticator.ts';
import type { Millis } from './content-store.ts';

/** Somebody as a provider has just told of them. Who it is here, `ExternalSignIn` alone decides. */
export interface ExternalIdentity {
  /** Name of the provider in the settings. */
  readonly provider: string;
  /** What the provider never gives to anybody else: `sub` of OpenID Connect, `entryUUID` of a directory. Never a name or an address. */
  readonly externalId: string;
  /** A wish: it may be no valid name here, or taken. */
  readonly wantedName: string;
  readonly email: string | undefined;
  /** All of them, as the provider calls them: whatever is missing here has been left. */
  readonly groups: readonly string[];
  /** With what the provider can be asked again about them, sealed; undefined when it needs nothing or cannot be asked. */
  readonly renewal?: string | undefined;
}

/**
 * What a provider says of somebody. `detail` is for the log and the audit log, free of secrets: the client is told no more than that it
 * did not work (`refused`), or that the provider cannot be reached now (`away`).
 */
export type ExternalProof =
  | { readonly kind: 'proved'; readonly identity: ExternalIdentity }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'away'; readonly detail: string };

/** Somewhere else where people sign in, to which the browser is sent: OpenID Connect. */
export interface SignInProvider {
  /** As in the settings: `[a-z0-9-]{1,40}`. */
  readonly name: string;
  /** What people know it by, on the button. */
  readonly title: string;
  /**
   * Where the browser goes. `callbackUrl`: where it must come back to, absolute. `kept`: what `finish` needs to know that this very
   * browser was sent by us (state, nonce, code verifier); it goes into a sealed cookie of a few minutes, 2 KiB at most. `again`: the provider
   * must have them prove who they are, also when it knows the browser.
   */
  start(request: {
    readonly callbackUrl: string;
    readonly again: boolean;
  }): Promise<{ readonly redirect: string; readonly kept: string } | AwayProof>;
  /**
   * `url`: the one at which the browser came back, absolute, with its query; `address`: from where. Never rejects for what the browser or the
   * provider sent.
   */
  finish(request: {
    readonly callbackUrl: string;
    readonly url: URL;
    readonly kept: string;
    readonly address: string;
  }): Promise<SignInProof>;
  /** Where people sign out there, too, and are sent on to `returnUrl`; undefined when it offers none. */
  signOut(returnUrl: string): Promise<SignOutPlace | AwayProof | undefined>;
}

/** Where a browser can end what a provider keeps in it. */
export interface SignOutPlace {
  readonly title: string;
  readonly url: string;
}

/** The same with when they last proved it there, which may be long before they came here; 0 when the provider does not say. */
export type SignInProof =
  | (Extract<ExternalProof, { kind: 'proved' }> & { readonly provedAt: Millis })
  | Exclude<ExternalProof, { kind: 'proved' }>;

/** A provider that cannot be asked at the moment. */
export type AwayProof = Extract<ExternalProof, { kind: 'away' }>;

/** Somewhere else that knows people by name and password: a directory. Asked for names that are no local user with a password. */
export interface PasswordSource {
  /** As in the settings: `[a-z0-9-]{1,40}`. */
  readonly name: string;
  /** What the record says of logins by it: `ldap:<name>`. */
  readonly credential: string;
  /** How long a password that it proved is good without asking again. */
  readonly rememberMs: Millis;
  /** Answers within a bound of its own. `unknown`: it has nobody of that name, so that the next source is asked. */
  check(name: string, password: string, from: Origin): Promise<ExternalProof | { readonly kind: 'unknown' }>;
}

/** What became of an external identity here; `not-admitted`: nobody here is linked to it, and none is to be made. */
export type ExternalOutcome =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'disabled'; readonly user: User }
  | { readonly kind: 'not-admitted' };

/** The one place that turns an external identity into a user, with the groups and the standing that it has now. */
export interface ExternalSignIn {
  /** `by`: who signs in, as far as it is known before: credential and address. */
  signIn(identity: ExternalIdentity, by: Agent): Promise<ExternalOutcome>;
  /** The same between logins: makes nobody a user, who may have been removed or unlinked while the provider was asked. */
  renew(identity: ExternalIdentity, by: Agent): Promise<ExternalOutcome>;
}
