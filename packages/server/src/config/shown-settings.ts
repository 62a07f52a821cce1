import type { LoadedConfig } from './load.ts';
import { mask, maskedValue } from './masked-value.ts';
import { lists, settings } from './settings.ts';

/** A setting as it may be shown: see the port of the same name, which this layer does not know. */
interface Shown {
  readonly key: string;
  readonly value: unknown;
  readonly isSecret: boolean;
  readonly source: string;
  /** It was given anew, which applies after a restart of the whole server. */
  readonly isWaiting: boolean;
  readonly description: { readonly en: string; readonly zh: string };
}

/** Every setting that applies, in the order of the reference, with where its value came from; secrets are masked. */
export function shownSettings({ effective, waiting }: Pick<LoadedConfig, 'effective' | 'waiting'>): Shown[] {
  const isWaiting = (key: string) => waiting?.has(key) === true;
  const plain = settings.flatMap(({ key, secret, hidden, entry, description }): Shown[] => {
    const given = effective.get(key);
    if (given === undefined || hidden) return [];
    const value = secret ? mask : maskedValue(given.value, entry === undefined ? [] : [{ items: entry }]);
    return [{ key, value, isSecret: secret, source: given.source, isWaiting: isWaiting(key), description }];
  });
  const ofLists = [...lists].flatMap(([key, node]): Shown[] => {
    const given = effective.get(key);
    if (given === undefined) return [];
    const description = { en: node.description ?? '', zh: node.zh ?? '' };
    return [
      { key, value: maskedValue(given.value, [node]), isSecret: false, source: given.source, isWaiting: isWaiting(key), description },
    ];
  });
  return [...plain, ...ofLists];
}
