/** One directory: where it is, and how people and their groups are found in it. */
export interface DirectorySettings {
  readonly name: string;
  /** `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`: servers with the same content, in the order in which they are asked. */
  readonly urls: readonly string[];
  /** Whether `ldap://` is made secure before anything else is said (RFC 4511 section 4.14). */
  readonly startTls: boolean;
  /** Authorities to trust instead of those of the system; read anew for each connection. */
  readonly authorityFile?: string | undefined;
  /** Who searches; without it nobody in particular. */
  readonly bindDn?: string | undefined;
  /** Read anew for each connection. */
  readonly bindPasswordFile?: string | undefined;
  readonly userBase: string;
  /** Holds `{name}`. */
  readonly userFilter: string;
  readonly idAttribute: string;
  readonly nameAttribute: string;
  readonly emailAttribute: string;
  /** Groups elsewhere do not count. */
  readonly groupBase?: string | undefined;
  /** Holds `{dn}` or `{name}`, and comes with `groupBase`; without it groups are values of `memberOfAttribute`. */
  readonly groupFilter?: string | undefined;
  readonly groupNameAttribute: string;
  readonly memberOfAttribute: string;
  /** Whether the groups of groups count too: searched level by level. */
  readonly nestedGroups: boolean;
  /** For everything that one question to the directory takes. */
  readonly timeoutSeconds: number;
}

/** A directory cannot be used as its settings say; the message names the setting and what to do. */
export class DirectorySettingsError extends Error {
  override readonly name = 'DirectorySettingsError';
}
