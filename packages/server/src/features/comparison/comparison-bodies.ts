import Type, { type Static } from 'typebox';
import { digest, repositoryName } from '../../management/names.ts';
import { type Comparison, fileChanges } from '../../registry/ports/comparison-store.ts';
import type { FileDifference } from '../../registry/ports/image-comparer.ts';
import type { ComparedSide } from './comparison-id.ts';
import type { ComparisonSummary, ListedLayer } from './run-comparison.ts';

const closed = { additionalProperties: false } as const;

const wanted = Type.Object(
  {
    repository: repositoryName,
    reference: Type.String({ minLength: 1, maxLength: 136, description: 'A tag or a digest.', examples: ['1.27'] }),
    platform: Type.Optional(
      Type.String({ maxLength: 100, description: 'Of an index: os/architecture or os/architecture/variant.', examples: ['linux/amd64'] }),
    ),
  },
  closed,
);

/** What is to be compared. */
export const newComparison = Type.Object({ from: wanted, to: wanted }, closed);

const side = Type.Object({ repository: repositoryName, digest }, closed);
const layer = Type.Object({
  digest,
  mediaType: Type.String(),
  sizeBytes: Type.Integer({ description: 'As it is stored, compressed.' }),
  shared: Type.Boolean({ description: 'The other image has it too.' }),
});
const change = Type.Enum(['added', 'removed', 'changed']);
const versions = Type.Array(Type.String());

/** What was found out. */
const result = Type.Object({
  layers: Type.Object({ from: Type.Array(layer), to: Type.Array(layer) }),
  sizeBytes: Type.Object({ from: Type.Integer(), to: Type.Integer(), shared: Type.Integer() }, { description: 'Of layers, each once.' }),
  files: Type.Object(
    { added: Type.Integer(), removed: Type.Integer(), changed: Type.Integer() },
    { description: 'How many paths differ.' },
  ),
  config: Type.Array(
    Type.Object({
      name: Type.String({ examples: ['Env.PATH'] }),
      from: Type.Optional(Type.String({ description: 'JSON; absent where it is not set.' })),
      to: Type.Optional(Type.String()),
    }),
  ),
  packages: Type.Array(
    Type.Object({
      kind: Type.String({ description: 'deb, rpm, apk, pacman, opkg, npm, python, conda, gem, go, java, composer, nuget or cran.' }),
      name: Type.String(),
      change: Type.String({ description: 'added, removed, upgraded, downgraded or changed.' }),
      from: versions,
      to: versions,
    }),
  ),
  truncated: Type.Boolean({ description: 'There are more differences than are listed.' }),
  unreadPackages: Type.Boolean({
    description:
      'There are files with packages that cannot be read: databases of rpm that are damaged, or have more than any image, and such.',
  }),
});

/** A comparison, as far as it is. */
export const comparison = Type.Object(
  {
    id: Type.String(),
    state: Type.String({ description: 'queued, running, done, failed or cancelled.' }),
    from: side,
    to: side,
    job: Type.Optional(Type.String({ description: 'Id of the job that finds it out.' })),
    progress: Type.Optional(Type.Object({ bytesRead: Type.Integer(), bytesTotal: Type.Integer() })),
    failure: Type.Optional(Type.String({ description: 'Why it can never be made. Why a job failed is for those who see jobs.' })),
    result: Type.Optional(result),
  },
  { $id: 'Comparison' },
);

const fileSide = Type.Object({
  kind: Type.String({ description: 'file, directory, symlink, character-device, block-device or fifo.' }),
  mode: Type.String({ description: 'Permission bits, octal.', examples: ['0755'] }),
  uid: Type.Integer(),
  gid: Type.Integer(),
  sizeBytes: Type.Integer(),
  sha256: Type.Optional(Type.String()),
  target: Type.Optional(Type.String({ description: 'Of a symbolic link.' })),
  layer: Type.Integer({ description: 'Place of the layer that it is from; the lowest is 0.' }),
});

/** A path that differs. */
export const comparedFile = Type.Object(
  { path: Type.String(), change, from: Type.Optional(fileSide), to: Type.Optional(fileSide) },
  { $id: 'ComparedFile' },
);

/** Which change of a path is wanted. */
export const wantedChange = Type.Optional(Type.Unsafe<(typeof fileChanges)[number]>(Type.Enum([...fileChanges])));

/** How two texts differ. */
export const textDifference = Type.Object({
  kind: Type.String({ description: 'text, binary, too-large (than 1 MiB) or too-different (to be told in lines).' }),
  patch: Type.Optional(Type.String({ description: 'A unified diff.' })),
});

/** How the API shows a comparison; of one of which nothing is known, undefined. */
export function showComparison(
  id: string,
  from: ComparedSide,
  to: ComparedSide,
  { summary: text, job }: Comparison,
): Static<typeof comparison> | undefined {
  const sides = { from: { repository: from.repository, digest: from.digest }, to: { repository: to.repository, digest: to.digest } };
  if (text !== undefined) {
    const summary = JSON.parse(text) as ComparisonSummary;
    if ('unreadable' in summary) return { id, state: 'failed', ...sides, failure: summary.unreadable };
    return { id, state: 'done', ...sides, result: resultOf(summary) };
  }
  if (job === undefined) return undefined;
  const { state, progress } = job;
  // Between its end and the forgetting of the result there is nothing to show.
  if (state === 'done') return undefined;
  const known = progress as { bytesRead: number; bytesTotal: number } | undefined;
  return { id, state, ...sides, job: String(job.id), ...(known !== undefined && { progress: known }) };
}

type Found = Extract<ComparisonSummary, { findings: unknown }>;

function resultOf({ findings, from, to }: Found): Static<typeof result> {
  const { config, packages, counts, isTruncated, hasUnreadPackages } = findings;
  const [before, after] = [new Map(from.map(keyed)), new Map(to.map(keyed))];
  const show = (layers: readonly ListedLayer[], others: ReadonlyMap<string, number>) =>
    layers.map((each) => ({ ...each, digest: each.digest as Static<typeof digest>, shared: others.has(each.digest) }));
  const shared = new Map([...before].filter(([each]) => after.has(each)));
  return {
    layers: { from: show(from, after), to: show(to, before) },
    sizeBytes: { from: total(before), to: total(after), shared: total(shared) },
    files: { ...counts },
    config: config.map((each) => ({ ...each })),
    packages: packages.map((each) => ({ ...each, from: [...each.from], to: [...each.to] })),
    truncated: isTruncated,
    unreadPackages: hasUnreadPackages,
  };
}

const keyed = ({ digest: each, sizeBytes }: ListedLayer) => [each, sizeBytes] as const;
const total = (sizes: ReadonlyMap<string, number>) => [...sizes.values()].reduce((sum, size) => sum + size, 0);

/** How the API shows a file that differs. */
export function showFile({ path, change: kind, from, to }: FileDifference): Static<typeof comparedFile> {
  return { path, change: kind, ...(from !== undefined && { from: showSide(from) }), ...(to !== undefined && { to: showSide(to) }) };
}

function showSide({ kind, mode, uid, gid, size, sha256, target, layer: place }: NonNullable<FileDifference['from']>) {
  return {
    ...{ kind, uid, gid, sizeBytes: size, layer: place },
    mode: mode.toString(8).padStart(4, '0'),
    ...(sha256 !== undefined && { sha256 }),
    ...(target !== undefined && { target }),
  };
}
