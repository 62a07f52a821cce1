import type { LoadedConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { shownSettings } from './config/shown-settings.ts';
import type { OverseeingDeps, Space, WatchedStore } from './features/overseeing/overseeing-deps.ts';
import type { Tls } from './http/tls/tls.ts';
import type { Backends } from './open-backends.ts';
import type { Authorizer } from './registry/ports/authorizer.ts';
import { describeLowSpace, diskSpace } from './storage/filesystem/disk-space.ts';

/** What the overview looks at. */
export function composeOverseeing(
  { config, effective, waiting }: LoadedConfig,
  backends: Backends,
  authorizer: Authorizer,
  tls: Tls | undefined,
): OverseeingDeps {
  const { metadata, logger } = backends;
  return {
    overview: metadata,
    inventory: metadata,
    quotas: metadata,
    runs: metadata,
    authorizer,
    settings: () => shownSettings({ effective, ...(waiting && { waiting }) }),
    stores: watchedStores(config, backends),
    certificateEndsAt: () => tls?.expiresAt(),
    garbageCron: config.gc.schedule === 'off' ? undefined : config.gc.schedule,
    logger,
    clock: Date.now,
  };
}

function watchedStores(config: Config, { stores }: Backends): WatchedStore[] {
  const directories = new Map<string, string>(
    config.mirrorRepositories.flatMap((entry) => (entry.type === 'local' ? [[entry.name, entry.storage.path] as const] : [])),
  );
  if (config.store.kind === 'filesystem') directories.set('default', config.data);
  return [...stores].map(([name, store]): WatchedStore => {
    const directory = directories.get(name);
    const isAway = () => store.isAway?.() ?? false;
    if (directory === undefined) return { name, kind: 's3', isAway };
    return { name, kind: 'filesystem', isAway, space: () => spaceOf(directory) };
  });
}

async function spaceOf(directory: string): Promise<Space> {
  const { freeBytes, totalBytes } = await diskSpace(directory);
  return { freeBytes, totalBytes, isLow: describeLowSpace(freeBytes, totalBytes) !== undefined };
}
