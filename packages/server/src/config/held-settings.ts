import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema.ts';

/**
 * Settings that a supervisor holds for its workers from its own start on: where the registry is, on which every worker must agree.
 * Everything else a new worker reads anew.
 */
export const heldSettings = ['listen', 'workers', 'data', 'durability', 'metadata', 'store', 'mirrorRepositories', 'secrets'] as const;

/** The values of the held settings. */
export type HeldConfig = Pick<Config, (typeof heldSettings)[number]>;

/** What a supervisor holds; plain data, since it crosses to another process. */
export function holdSettings(config: Config): HeldConfig {
  const { listen, workers, data, durability, metadata, store, mirrorRepositories, secrets } = config;
  return { listen, workers, data, durability, metadata, store, mirrorRepositories, secrets };
}

/** The configuration with the held values, and the names of those that were to be different. */
export function applyHeld(config: Config, held: HeldConfig): { config: Config; ignored: string[] } {
  const ignored = heldSettings.filter((name) => !isDeepStrictEqual(plain(config[name]), plain(held[name])));
  return { config: { ...config, ...held }, ignored };
}

/** As it is after it crossed to another process, where what is undefined is left out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
