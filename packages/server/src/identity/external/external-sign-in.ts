import { namesFor } from '../../registry/external-names.ts';
import { matchesGlob } from '../../registry/glob.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import { type AdmittedIdentity, type ExternalAccountStore, mostExternalGroups } from '../../registry/ports/external-account-store.ts';
import type { ExternalIdentity, ExternalOutcome, ExternalSignIn } from '../../registry/ports/sign-in.ts';

/** What the settings of a provider say of the people whom it sends. */
export interface AdmissionRules {
  /** Whether somebody who was never seen becomes a user. */
  readonly createUsers: boolean;
  /** Before the name of each group. */
  readonly groupPrefix: string;
  /** Globs over what the provider calls its groups; others are left out. */
  readonly groups: readonly string[];
  /** The group, as the provider calls it, whose members administer the registry; undefined: the provider says nothing about it. */
  readonly administratorGroup?: string | undefined;
  /** How long until the provider is asked again; undefined: never. */
  readonly recheckMs: number | undefined;
}

interface ExternalSignInOptions {
  readonly accounts: Pick<ExternalAccountStore, 'signInExternal'>;
  /** By the provider's name. */
  readonly rules: ReadonlyMap<string, AdmissionRules>;
  readonly now: () => Millis;
  readonly warn: (message: string, fields: Record<string, unknown>) => void;
}

/** External identities become users by the rules of their providers. */
export function createExternalSignIn({ accounts, rules, now, warn }: ExternalSignInOptions): ExternalSignIn {
  function admitted(identity: ExternalIdentity, at: Millis): AdmittedIdentity {
    const { provider, wantedName: user } = identity;
    const rule = rules.get(provider);
    if (rule === undefined) throw new Error(`No settings know the provider ${provider}`);
    const known = admit(identity, rule, at);
    if (known.groups.length === mostExternalGroups)
      warn('Somebody brings more groups than are taken: name those that count in the groups of the provider', { provider, user });
    return known;
  }

  return {
    async signIn(identity: ExternalIdentity, by: Agent): Promise<ExternalOutcome> {
      const at = now();
      return accounts.signInExternal({ ...admitted(identity, at), by, at });
    },
    async renew(identity: ExternalIdentity, by: Agent): Promise<ExternalOutcome> {
      const at = now();
      return accounts.signInExternal({ ...admitted(identity, at), createUsers: false, by, at });
    },
  };
}

/** An identity as the rules have it. The first groups count, in the order of their names, so that a login in another order changes nothing. */
export function admit(identity: ExternalIdentity, rules: AdmissionRules, at: Millis): AdmittedIdentity {
  const { provider, externalId, wantedName: externalName, email, renewal } = identity;
  const { administratorGroup: group } = rules;
  const claimed = new Set(identity.groups);
  const taken = [...claimed].filter((name) => isGroupName(name) && rules.groups.some((glob) => matchesGlob(glob, name))).sort();
  return {
    provider,
    externalId,
    externalName: printable(externalName, 255),
    email: email === undefined ? undefined : printable(email, 320),
    createUsers: rules.createUsers,
    names: namesFor(externalName, `${provider} ${externalId}`, 'user'),
    groups: taken.slice(0, mostExternalGroups).map((name) => ({
      externalName: name,
      names: namesFor(rules.groupPrefix + name, `${provider} ${name}`, 'group'),
    })),
    administrator: group === undefined ? undefined : { group, isMember: claimed.has(group) },
    renewal,
    checkAfter: rules.recheckMs === undefined ? undefined : at + rules.recheckMs,
  };
}

/** PostgreSQL stores no NUL, and lists show one line each. */
const printable = (text: string, longest: number) => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, longest);

function isGroupName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && !/\p{Cc}/u.test(name);
}
