import type { Agent } from './agent.ts';
import type { Listed, Millis } from './content-store.ts';
import type { ExternalOutcome } from './sign-in.ts';

/** Who a user is at a provider. */
export interface IdentityLink {
  readonly id: number;
  readonly provider: string;
  readonly externalId: string;
  /** What the provider called them last. */
  readonly externalName: string;
  readonly email: string | undefined;
  readonly createdAt: Millis;
  /** When the provider last vouched for them: a login, or a check between logins. */
  readonly lastSeenAt: Millis;
}

/** What a provider said last of a user whom it vouches for. */
export interface ExternalNames {
  readonly provider: string;
  readonly name: string;
  /** Of those that its settings take, in the order of their texts. */
  readonly groups: readonly string[];
}

/** A link about which its provider is to be asked again. `renewal`: what it is asked with, sealed; none for one that needs nothing. */
export interface DueLink extends IdentityLink {
  readonly userId: number;
  readonly renewal: string | undefined;
}

/** An external identity with what the settings of its provider make of it. */
export interface AdmittedIdentity {
  readonly provider: string;
  readonly externalId: string;
  readonly externalName: string;
  readonly email: string | undefined;
  /** Whether somebody who was never seen becomes a user. */
  readonly createUsers: boolean;
  /** What such a user may be called, in the order in which names are tried; the last is nobody else's. */
  readonly names: readonly string[];
  /** All of them, at most `mostExternalGroups`: groups of the provider that are missing here are left. `externalName` tells them apart. */
  readonly groups: readonly { readonly externalName: string; readonly names: readonly string[] }[];
  /** Of whose members the settings make administrators; undefined: the provider does not decide it. */
  readonly administrator: { readonly group: string; readonly isMember: boolean } | undefined;
  /** Undefined: what is there stays. */
  readonly renewal: string | undefined;
  /** Undefined: never. */
  readonly checkAfter: Millis | undefined;
}

/** Something that people hold by the word of a provider, many of them the same. */
export interface ProviderStanding {
  readonly provider: string;
  /** As members of which group of the provider they administer the registry; undefined: they do not by its word. */
  readonly administratorGroup: string | undefined;
}

/** How many groups one person brings along, at most. */
export const mostExternalGroups = 200;

/** Users who come from elsewhere, and their groups there. */
export interface ExternalAccountStore {
  /**
   * Finds the user by provider and external id, by nothing else, or makes one; groups of the provider are replaced by those of the
   * identity, and made where there are none yet. A group made by hand, or for another provider, is never joined so. Nobody is kept in
   * a group for being the last owner of a project.
   */
  signInExternal(input: AdmittedIdentity & { by: Agent; at: Millis }): Promise<ExternalOutcome>;
  /**
   * The provider vouches no more: its groups are left, what was issued to the user before ends (a new `version`), and when the
   * provider decides who administers, the user does not. The link stays. False when there is none, or when it has been renewed since
   * with something else than `ifRenewal`. `suspends`: a user without a password is disabled until the provider vouches again, and so are
   * the access tokens.
   */
  endExternal(input: {
    provider: string;
    externalId: string;
    decidesAdministrators: boolean;
    ifRenewal?: string | undefined;
    suspends?: boolean;
    by: Agent;
    at: Millis;
  }): Promise<boolean>;
  /** What each provider that a user is linked to calls them and their groups. One statement; a group without a link counts for nothing. */
  findExternalNames(userId: number): Promise<ExternalNames[]>;
  /** The oldest first. */
  listIdentityLinks(userId: number, page: { limit: number; after: number | undefined }): Promise<Listed<IdentityLink>>;
  /**
   * Who comes from there next is somebody new; the groups of the provider are left, what was issued before ends, and so does administering
   * by the provider's word. A user who has neither a password nor another provider is disabled, and so are the access tokens.
   */
  unlinkIdentity(input: { userId: number; id: number; by: Agent; at: Millis }): Promise<boolean>;
  /** Everything that somebody holds by the word of a provider, each once. */
  listProviderStandings(): Promise<ProviderStanding[]>;
  /**
   * Ends a standing of up to `limit` people, and answers of how many: fewer than `limit` when nobody else has it. `administration`: they
   * administer no more, and the provider is to be asked about them at once. `everything`: as `endExternal` does that suspends, but that a
   * provider which comes back is asked about them at once.
   */
  endProviderStanding(
    input: ProviderStanding & { ends: 'everything' | 'administration'; limit: number; by: Agent; at: Millis },
  ): Promise<number>;
  /** Takes links that are to be checked; nobody else gets them before `until`. */
  claimDueLinks(input: { provider: string; at: Millis; until: Millis; limit: number }): Promise<DueLink[]>;
}
