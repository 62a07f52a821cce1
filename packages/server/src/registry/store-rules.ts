import type { ChooseStore } from './blob-stores.ts';

/** Which new projects live on a store: names, or beginnings of names that end in `*`. */
export interface StoreRule {
  readonly store: string;
  readonly projects: readonly string[];
}

/** Chooses by the rules: a name before a beginning, a longer beginning before a shorter one, `default` when none fits. */
export function storeByRules(rules: readonly StoreRule[]): ChooseStore {
  const patterns = rules.flatMap(({ store, projects }) => projects.map((pattern) => ({ store, pattern })));
  const exact = new Map(patterns.filter(({ pattern }) => !pattern.endsWith('*')).map(({ store, pattern }) => [pattern, store]));
  const beginnings = patterns
    .filter(({ pattern }) => pattern.endsWith('*'))
    .map(({ store, pattern }) => ({ store, start: pattern.slice(0, -1) }))
    .sort((left, right) => right.start.length - left.start.length);
  return (project) => exact.get(project) ?? beginnings.find(({ start }) => project.startsWith(start))?.store ?? 'default';
}
