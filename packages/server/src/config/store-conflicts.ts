import { join, resolve } from 'node:path';
import { variableNameOf } from './mirror-secrets.ts';
import type { MirrorRepository } from './mirror-settings.ts';
import { mirrorsKey } from './mirror-source.ts';
import type { Config } from './schema.ts';

/** Two stores that cannot be side by side: which entry is one too many, and why. */
export interface StoreConflict {
  readonly index: number;
  readonly message: string;
}

/** Where a store keeps its files or objects. Stores whose trees overlap would remove each other's content as orphans. */
interface Tree {
  readonly label: string;
  /** Everything below these beginnings of paths or keys is the store's own. */
  readonly own: readonly string[];
}

/** What is wrong with the declared stores taken together, and with the one of the section `store`. */
export function storeConflicts({
  mirrorRepositories,
  store,
  data,
}: Pick<Config, 'mirrorRepositories' | 'store' | 'data'>): StoreConflict[] {
  const names = new Map([['default', 'the store of the section `store`']]);
  const variables = new Map<string, string>();
  const patterns = new Map<string, string>();
  const trees: Tree[] = [{ label: 'the section `store`', own: treeOf(store.kind === 's3' ? store : { path: data }) }];
  return mirrorRepositories.flatMap((entry, index) => {
    const { name } = entry;
    const label = `${mirrorsKey}[${name}]`;
    const tree = { label, own: treeOf(placeOf(entry)) };
    const other = trees.find(({ own }) => overlap(own, tree.own));
    const twin = taken(names, name, label, (owner) => `${label}: '${name}' is the name of ${owner}; choose another`);
    if (twin !== undefined) return [{ index, message: twin }];
    const messages = [
      other && `${label} keeps its blobs where ${other.label} does; they would remove each other's: choose another place`,
      ...projectsOf(entry).map((project) =>
        taken(patterns, project, label, (owner) => `${label}.projects: '${project}' belongs to ${owner} already`),
      ),
      taken(variables, variableNameOf(name), label, (owner) => `${label} has the same variables as ${owner}; choose another name`),
    ];
    trees.push(tree);
    return messages.filter((message) => message !== undefined).map((message) => ({ index, message }));
  });
}

/** The projects that are created on a declared store: as it says, else that of its own name. */
export function projectsOf({ projects, name }: Pick<MirrorRepository, 'projects' | 'name'>): readonly string[] {
  return projects ?? [name];
}

function taken(owners: Map<string, string>, key: string, label: string, message: (owner: string) => string): string | undefined {
  const owner = owners.get(key);
  if (owner !== undefined) return message(owner);
  owners.set(key, label);
  return undefined;
}

type Place = { readonly path: string } | { readonly endpoint?: string | undefined; readonly bucket: string; readonly prefix: string };

function placeOf(entry: MirrorRepository): Place {
  if (entry.type === 's3') return entry;
  return { path: entry.type === 'local' ? entry.storage.path : `proxy of ${entry.name}` };
}

function treeOf(place: Place): string[] {
  if ('path' in place) return ['blobs', 'uploads'].map((name) => `${join(resolve(place.path), name)}/`);
  const bucket = `s3 ${URL.parse(place.endpoint ?? '')?.origin ?? ''} ${place.bucket} `;
  return ['blobs/', 'tails/'].map((name) => `${bucket}${place.prefix}${name}`);
}

function overlap(one: readonly string[], other: readonly string[]): boolean {
  return one.some((left) => other.some((right) => left.startsWith(right) || right.startsWith(left)));
}
