import Type, { type Static } from 'typebox';
import { digest, formatInstant, instant, repositoryName, tagName } from '../../management/names.ts';
import { toldTo } from '../../management/told-actors.ts';
import type { Kept } from '../../registry/kept-answer.ts';
import type { PulledTag, RecentPush } from '../../registry/ports/overview-store.ts';
import type { DayOfPulls } from '../../registry/ports/pull-store.ts';
import type { ShownSetting } from '../../registry/ports/shown-setting.ts';
import { formatDay } from '../../registry/utc-day.ts';
import type { Figures, StoreFigures } from './storage-figures.ts';
import { type Warning, warningKinds } from './warnings.ts';

const bytes = Type.Integer({ minimum: 0 });

const store = Type.Object(
  {
    name: Type.String(),
    kind: Type.String({ description: 'filesystem or s3.' }),
    reachable: Type.Boolean(),
    blobs: Type.Integer(),
    bytes,
    freeBytes: Type.Optional(bytes),
    totalBytes: Type.Optional(bytes),
    nearlyFull: Type.Optional(
      Type.Boolean({ description: 'Less is free than a registry should have left. Absent where nobody can tell.' }),
    ),
  },
  { $id: 'StoreUse' },
);

/** The body of `/storage`. */
export const storage = Type.Object(
  {
    countedAt: instant,
    stores: Type.Array(store),
    storedBytes: Type.Integer({ description: 'Of stored blobs, each copy once.' }),
    chargedBytes: Type.Integer({ description: 'What projects are charged together: what they would take if they shared nothing.' }),
    savedBytes: Type.Integer({ description: 'What is not stored because projects share it.' }),
  },
  { $id: 'Storage' },
);

const warning = Type.Object(
  {
    kind: Type.Enum([...warningKinds]),
    subject: Type.Optional(Type.String({ description: 'Name of the store, webhook or project.' })),
    project: Type.Optional(Type.String({ description: 'Of a webhook.' })),
    count: Type.Optional(Type.Integer()),
    percent: Type.Optional(Type.Integer({ description: 'That is free of a disk, or used of a limit.' })),
    at: Type.Optional(instant),
    detail: Type.String({ description: 'What it means and what to do.' }),
  },
  { $id: 'Warning' },
);

const by = Type.Optional(Type.String({ description: toldTo }));
const recentPush = Type.Object({ repository: repositoryName, tag: tagName, digest, by, at: instant }, { $id: 'RecentPush' });
const topImage = Type.Object(
  { repository: repositoryName, tag: tagName, digest, pulls: Type.Integer(), lastPulledAt: instant },
  { $id: 'TopImage' },
);
const dayOfPulls = Type.Object(
  { day: Type.String({ format: 'date' }), pulls: Type.Integer({ description: 'Of manifests.' }), bytes },
  { $id: 'PullsOfDay' },
);

/** The body of `/overview`. */
export const overview = Type.Object(
  {
    recentPushes: Type.Array(recentPush, { description: 'Tags that were set last, of those that the caller may see.' }),
    topImages: Type.Array(topImage, { description: 'Tags that were pulled most often, of those that the caller may see.' }),
    pulls: Type.Array(dayOfPulls, {
      description: 'The last 30 days in UTC, those on which something was pulled, of what the caller may see.',
    }),
    administration: Type.Optional(
      Type.Object(
        {
          repositories: Type.Integer(),
          manifests: Type.Integer(),
          tags: Type.Integer(),
          openUploads: Type.Integer(),
          storage,
          warnings: Type.Array(warning),
        },
        { description: 'For who administers the registry.' },
      ),
    ),
  },
  { $id: 'Overview' },
);

/** The body of `/settings`. */
export const settingList = Type.Object(
  {
    settings: Type.Array(
      Type.Object(
        {
          key: Type.String(),
          value: Type.Unknown({ description: 'As it was given; of a secret only stars.' }),
          secret: Type.Boolean(),
          source: Type.String({ description: 'The flag, the variable, the line of the file, or `default`.' }),
          needsRestart: Type.Boolean({
            description: 'It was given anew since the start, which applies after a restart of the whole server.',
          }),
          description: Type.Object({ en: Type.String(), zh: Type.String() }),
        },
        { $id: 'EffectiveSetting' },
      ),
    ),
  },
  { $id: 'EffectiveSettings' },
);

export function showStorage({ value: { inventory, use }, at }: Kept<Figures>, stores: readonly StoreFigures[]): Static<typeof storage> {
  const storedBytes = inventory.stores.reduce((sum, each) => sum + each.bytes, 0);
  return {
    countedAt: formatInstant(at),
    stores: stores.map(({ name, kind, isAway, blobs, bytes: held, space }) => ({
      ...{ name, kind, reachable: !isAway, blobs, bytes: held },
      ...(space && { freeBytes: space.freeBytes, totalBytes: space.totalBytes, nearlyFull: space.isLow }),
    })),
    storedBytes,
    chargedBytes: use.chargedBytes,
    savedBytes: Math.max(0, use.chargedBytes - storedBytes),
  };
}

export function showSetting({ isSecret, isWaiting, ...setting }: ShownSetting) {
  return { ...setting, secret: isSecret, needsRestart: isWaiting };
}

export function showWarning({ at, ...rest }: Warning): Static<typeof warning> {
  return { ...rest, ...(at !== undefined && { at: formatInstant(at) }) };
}

export function showPush({ at, by: actor, ...rest }: RecentPush, isTold: boolean): Static<typeof recentPush> {
  return { ...rest, ...(isTold && { by: actor }), at: formatInstant(at) };
}

export function showPulled({ lastPulledAt, ...rest }: PulledTag): Static<typeof topImage> {
  return { ...rest, lastPulledAt: formatInstant(lastPulledAt) };
}

export function showDay({ day, pulls, bytes: served }: DayOfPulls): Static<typeof dayOfPulls> {
  return { day: formatDay(day), pulls, bytes: served };
}
