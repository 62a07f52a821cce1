import { readFile } from 'node:fs/promises';
import { type Entry, EqualityFilter, type Filter } from 'ldapts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { ExternalIdentity } from '../../registry/ports/sign-in.ts';
import { type DirectoryConnection, DirectoryTrouble } from './connection.ts';
import { disabledReason, externalIdOf, externalIdValue, isBinaryId, standingAttributes, textsOf } from './directory-entry.ts';
import { findGroups } from './directory-groups.ts';
import { type DirectorySettings, DirectorySettingsError } from './directory-settings.ts';
import { fillFilter } from './search-filter.ts';
import { serverOf } from './secure-socket.ts';
import { ServerList } from './server-list.ts';

/** What a directory has for a name or an id. */
export type Found = { readonly kind: 'entry'; readonly entry: Entry } | { readonly kind: 'none' } | { readonly kind: 'several' };

/** An identity, or why this entry is none, for the log. */
export type Person =
  | { readonly kind: 'person'; readonly identity: ExternalIdentity }
  | { readonly kind: 'refused'; readonly detail: string };

interface DirectoryOptions {
  readonly settings: DirectorySettings;
  readonly now: () => Millis;
  /** Told of what an administrator should know of: more groups than are looked at. */
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** A directory over LDAP (RFC 4511). Every question rejects with `DirectoryTrouble` when it has no answer at `end`, which `deadline` sets. */
export class Directory {
  readonly settings: DirectorySettings;
  readonly #options: DirectoryOptions;
  readonly #servers: ServerList;

  /** Throws `DirectorySettingsError` when a filter cannot be read. */
  constructor(options: DirectoryOptions) {
    const { settings, now } = options;
    checkFilters(settings);
    this.settings = settings;
    this.#options = options;
    this.#servers = new ServerList({
      servers: settings.urls.map((url) => serverOf(url, settings)),
      prepare: (connection, signal) => bindReader(connection, settings, signal),
      now,
    });
  }

  /** Until when, by `performance.now()`, what begins now is waited for: the time that the settings give to all of it. */
  deadline(): number {
    return performance.now() + this.settings.timeoutSeconds * 1000;
  }

  /** Who is called so. */
  findByName(name: string, end: number): Promise<Found> {
    return this.#find(fillFilter(this.settings.userFilter, { name }), end);
  }

  /** Who has this id, as `ExternalIdentity.externalId` has it, whatever they are called now. */
  findById(externalId: string, end: number): Promise<Found> {
    const { idAttribute: attribute } = this.settings;
    return this.#find(new EqualityFilter({ attribute, value: externalIdValue(externalId, attribute) }), end);
  }

  /** Whether the password is that of the entry. */
  proves(entry: Entry, password: string, end: number): Promise<boolean> {
    return this.#servers.use('password', end, (connection, signal) => connection.bind(entry.dn, password, signal));
  }

  /** Who this entry is, with their groups as they are now. */
  async identify(entry: Entry, end: number): Promise<Person> {
    const { settings } = this;
    const { name: provider, idAttribute, nameAttribute, emailAttribute } = settings;
    const disabled = disabledReason(entry, this.#options.now());
    if (disabled !== undefined) return { kind: 'refused', detail: disabled };
    const externalId = externalIdOf(entry, idAttribute);
    const [wantedName] = textsOf(entry, nameAttribute);
    if (externalId === undefined) return { kind: 'refused', detail: `the entry has no single ${idAttribute} that bindDn may read` };
    if (wantedName === undefined) return { kind: 'refused', detail: `the entry has no ${nameAttribute} that bindDn may read` };
    const { names: groups, cut } = await this.#servers.use('search', end, (connection, signal) =>
      findGroups(connection, settings, { entry, name: wantedName }, signal),
    );
    if (cut) this.#options.report('somebody has more groups in the directory than are looked at', { provider, dn: entry.dn });
    return { kind: 'person', identity: { provider, externalId, wantedName, email: textsOf(entry, emailAttribute)[0], groups } };
  }

  /** Ends connections that are not in use. */
  close(): void {
    this.#servers.close();
  }

  async #find(filter: Filter, end: number): Promise<Found> {
    const { userBase: base } = this.settings;
    const search = { base, scope: 'sub', filter, attributes: userAttributes(this.settings), binary: binaryAttributes, atMost: 2 } as const;
    const { entries } = await this.#servers.use('search', end, (connection, signal) => connection.search(search, signal));
    const [entry, other] = entries;
    if (entry === undefined) return { kind: 'none' };
    return other === undefined ? { kind: 'entry', entry } : { kind: 'several' };
  }
}

const binaryAttributes = ['objectGUID'];

/** What is read of the entries of people. */
function userAttributes({ idAttribute, nameAttribute, emailAttribute, memberOfAttribute, groupFilter }: DirectorySettings): string[] {
  const id = isBinaryId(idAttribute) ? 'objectGUID' : idAttribute;
  return [id, nameAttribute, emailAttribute, ...(groupFilter === undefined ? [memberOfAttribute] : []), ...standingAttributes];
}

/** Proves the reader on a new connection; its password is read anew, so that it can be changed without a restart. */
export async function bindReader(
  connection: DirectoryConnection,
  { bindDn, bindPasswordFile }: DirectorySettings,
  signal: AbortSignal,
): Promise<void> {
  if (bindDn === undefined || bindPasswordFile === undefined) return;
  const { url } = connection.server;
  const password = (await readFile(bindPasswordFile, 'utf8')).replace(/\r?\n$/, '');
  if (password === '') throw new DirectoryTrouble(`${bindPasswordFile} is empty: bindDn needs its password there`, { server: false });
  if (await connection.bind(bindDn, password, signal)) return;
  throw new DirectoryTrouble(`${url} refuses bindDn ${bindDn} with the password in ${bindPasswordFile}`, { server: true });
}

function checkFilters({ name, userFilter, groupFilter }: DirectorySettings): void {
  for (const [key, filter] of Object.entries({ userFilter, groupFilter })) {
    try {
      if (filter === undefined) continue;
      fillFilter(filter, { name: 'name', dn: 'cn=name' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DirectorySettingsError(`signIn.ldap[${name}].${key} is no filter of RFC 4515: ${reason}`, { cause: error });
    }
  }
}
