import { type Entry, OrFilter } from 'ldapts';
import type { DirectoryConnection } from './connection.ts';
import { textsOf } from './directory-entry.ts';
import type { DirectorySettings } from './directory-settings.ts';
import { firstNameOf, isBelow } from './distinguished-name.ts';
import { fillFilter } from './search-filter.ts';

/** Groups of one person that are looked at; how many count is decided where they are given. */
const mostGroups = 1000;
/** How many levels of groups in groups are climbed, and for how many groups one search asks. */
const mostLevels = 10;
const groupsInSearch = 50;

/** Names of groups, each once. `cut`: there are more than are looked at. */
export interface FoundGroups {
  readonly names: readonly string[];
  readonly cut: boolean;
}

/** The groups of the person with this entry, who logged in as `name`. */
export async function findGroups(
  connection: DirectoryConnection,
  settings: DirectorySettings,
  person: { readonly entry: Entry; readonly name: string },
  signal: AbortSignal,
): Promise<FoundGroups> {
  const { groupBase, groupFilter, memberOfAttribute } = settings;
  if (groupFilter !== undefined && groupBase !== undefined) {
    return searchGroups(connection, { ...settings, groupBase, groupFilter }, person, signal);
  }
  const held = textsOf(person.entry, memberOfAttribute).filter((dn) => groupBase === undefined || isBelow(dn, groupBase));
  const names = new Set(held.flatMap((dn) => firstNameOf(dn) ?? []));
  return { names: [...names].slice(0, mostGroups), cut: names.size > mostGroups };
}

async function searchGroups(
  connection: DirectoryConnection,
  {
    groupBase,
    groupFilter,
    groupNameAttribute,
    nestedGroups,
  }: DirectorySettings & { readonly groupBase: string; readonly groupFilter: string },
  { entry, name }: { readonly entry: Entry; readonly name: string },
  signal: AbortSignal,
): Promise<FoundGroups> {
  // By distinguished name: groups may contain each other.
  const found = new Map<string, Entry>();
  let cut = false;
  let filters = [fillFilter(groupFilter, { dn: entry.dn, name })];
  for (let level = 0; filters.length > 0 && level <= mostLevels; level += 1) {
    const fresh: Entry[] = [];
    for (let from = 0; from < filters.length; from += groupsInSearch) {
      const some = filters.slice(from, from + groupsInSearch);
      const [first] = some;
      const filter = first !== undefined && some.length === 1 ? first : new OrFilter({ filters: some });
      const search = { base: groupBase, scope: 'sub', filter, attributes: [groupNameAttribute], atMost: mostGroups } as const;
      const { entries, more } = await connection.search(search, signal);
      cut ||= more;
      for (const group of entries) {
        const key = group.dn.toLowerCase();
        if (found.has(key)) continue;
        if (found.size >= mostGroups) return { names: namesOf(found, groupNameAttribute), cut: true };
        found.set(key, group);
        fresh.push(group);
      }
    }
    filters = nestedGroups ? fresh.map(({ dn }) => fillFilter(groupFilter, { dn })) : [];
  }
  return { names: namesOf(found, groupNameAttribute), cut: cut || filters.length > 0 };
}

function namesOf(groups: ReadonlyMap<string, Entry>, attribute: string): readonly string[] {
  return [...new Set([...groups.values()].flatMap((group) => textsOf(group, attribute)[0] ?? []))];
}
