import { isDeepStrictEqual } from 'node:util';
import type { GivenValue } from './config-problem.ts';
import type { LoadedConfig } from './load.ts';
import type { Config } from './schema.ts';

/**
 * Settings that a supervisor holds for its workers from its own start on: where the registry is, on which every worker must agree.
 * Everything else a new worker reads anew.
 */
const heldSettings = ['listen', 'workers', 'data', 'durability', 'metadata', 'store', 'mirrorRepositories', 'secrets'] as const;

/** The values of the held settings. */
type HeldConfig = Pick<Config, (typeof heldSettings)[number]>;

/** What a supervisor holds, and where each of its values came from; plain data, since it crosses to another process. */
export interface HeldSettings {
  readonly config: HeldConfig;
  readonly effective: readonly (readonly [key: string, given: GivenValue])[];
}

/** What the supervisor of this configuration holds. */
export function holdSettings({ config, effective }: Pick<LoadedConfig, 'config' | 'effective'>): HeldSettings {
  const { listen, workers, data, durability, metadata, store, mirrorRepositories, secrets } = config;
  return {
    config: { listen, workers, data, durability, metadata, store, mirrorRepositories, secrets },
    effective: [...effective].filter(([key]) => isHeld(key)),
  };
}

/** The configuration with the held values. What was to be different waits for a restart of the whole server. */
export function applyHeld(own: Pick<LoadedConfig, 'config' | 'effective'>, held: HeldSettings): Required<LoadedConfig> {
  const before = new Map(held.effective);
  const after = new Map([...own.effective].filter(([key]) => isHeld(key)));
  const differs = (key: string) => !isDeepStrictEqual(plain(before.get(key)?.value), plain(after.get(key)?.value));
  return {
    config: { ...own.config, ...held.config },
    effective: new Map([...[...own.effective].filter(([key]) => !isHeld(key)), ...held.effective]),
    waiting: new Set([...before.keys(), ...after.keys()].filter(differs)),
  };
}

function isHeld(key: string): boolean {
  const [section] = key.split('.');
  return heldSettings.some((name) => name === section);
}

/** As it is after it crossed to another process, where what is undefined is left out. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
