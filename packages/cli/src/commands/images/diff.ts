import { callOperation, pagesOf } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, type CommandInput, type Flag, type Surroundings, UsageError } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { type ImageTarget, imageTarget, parseImage, referenceOf } from '../../images/image-target.ts';
import { formatOf, isForPeople, writeList, writeThing } from '../../output/results.ts';
import { follow } from '../../terminal/follow.ts';
import { progressLine } from '../../terminal/progress-line.ts';
import { type Comparison, writeDifferences } from './differences.ts';
import { type TextDifference, writePatch } from './patch.ts';
import { diffPlainImages } from './plain-diff.ts';
import { platformFlag } from './platform-flag.ts';

const ownFlags: readonly Flag[] = [
  { name: 'to-platform', value: 'OS/ARCH', summary: 'Of TO the image of this platform; otherwise as --platform says' },
  { name: 'files', summary: 'List the files that differ' },
  { name: 'change', value: 'CHANGE', summary: 'With --files: only these', choices: ['added', 'removed', 'changed'] },
  { name: 'prefix', value: 'TEXT', summary: 'With --files: only paths that begin so; etc/ is what is below etc' },
  { name: 'text', value: 'PATH', summary: 'Show how the text of this file differs, as a patch' },
];
const fileShape = {
  columns: ['change', 'path', 'from.sizeBytes', 'to.sizeBytes'],
  headings: ['CHANGE', 'PATH', 'BEFORE', 'AFTER'],
  named: 'path',
  empty: 'No file differs like this.',
};
const ended: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/** `longshore image diff`: how two images differ, found out by the registry that has both; of others by their manifests. */
export const diffImages: Command = {
  name: 'image diff',
  summary: 'Compares two images: layers, files and their text, configuration, packages',
  takes: [{ name: 'FROM' }, { name: 'TO' }],
  flags: [platformFlag, ...ownFlags, outputFlag, serverFlag],
  examples: [
    'longshore image diff team/app:1.0 team/app:1.1',
    'longshore image diff team/app:1.0 team/app:1.1 --files --change changed --prefix etc/',
    'longshore image diff team/app:1.0 team/app:1.1 --text etc/os-release',
    'longshore image diff team/app:1.0 team-prod/app:1.0 --platform linux/amd64 -o json',
  ],
  operations: ['createComparison', 'getComparison', 'listComparedFiles', 'compareText'],
  anyRegistry: true,
  async run(input, surroundings) {
    const filter = filterOf(input);
    const [from, to] = await sidesOf(input, surroundings);
    const { connection } = from;
    if (connection.url !== to.connection.url || !(await isLongshore(connection))) {
      await diffPlainImages(from, to, input, surroundings);
      return 0;
    }
    const body = comparedBy(from, to, input);
    const comparison = await finished(body, connection, surroundings);
    const path = { comparison: comparison.id };
    const format = formatOf(input);
    if (comparison.state !== 'done') {
      writeThing(comparison, { named: 'id' }, format, surroundings);
      return 1;
    }
    const file = input.one('text');
    if (file !== undefined) {
      const answer = await callOperation(operationOf('compareText'), { path, query: { path: plainPath(file) } }, connection);
      const difference = (await answer.json()) as TextDifference;
      if (!isForPeople(format)) writeThing(difference, { named: 'patch' }, format, surroundings);
      else await writePatch(difference, surroundings);
    } else if (filter !== undefined) {
      await writeList(pagesOf(operationOf('listComparedFiles'), { path, query: filter }, connection), fileShape, format, surroundings);
    } else if (isForPeople(format)) await writeDifferences(comparison, format, surroundings);
    else writeThing(comparison, { named: 'id' }, format, surroundings);
    return 0;
  },
};

/** What of the files is wanted; undefined without `--files`. Throws a UsageError for flags that would be passed over. */
function filterOf(input: CommandInput): { readonly change?: string; readonly prefix?: string } | undefined {
  const [change, prefix] = [input.one('change'), input.one('prefix')];
  if (input.has('files') && input.has('text')) throw new UsageError('--files lists files, --text shows one: give one of the two');
  if (!input.has('files')) {
    if (change !== undefined || prefix !== undefined) throw new UsageError('--change and --prefix go with --files');
    return undefined;
  }
  return { ...(change !== undefined && { change }), ...(prefix !== undefined && { prefix: plainPath(prefix) }) };
}

/** Paths in images have no slash before them. */
const plainPath = (path: string) => path.replace(/^\/+/, '');

/** Both images; the second is of the registry of the first where it names none. */
async function sidesOf(input: CommandInput, surroundings: Surroundings): Promise<readonly [ImageTarget, ImageTarget]> {
  const from = await imageTarget(input.words[0] ?? '', input, surroundings);
  const { registry, name, tag, digest } = parseImage(input.words[1] ?? '');
  if (registry !== undefined) return [from, await imageTarget(input.words[1] ?? '', input, surroundings)];
  return [from, { connection: from.connection, name, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }];
}

function comparedBy(from: ImageTarget, to: ImageTarget, input: CommandInput): object {
  const side = (image: ImageTarget, platform: string | undefined) => ({
    repository: image.name,
    reference: referenceOf(image),
    ...(platform !== undefined && { platform }),
  });
  const platform = input.one('platform');
  return { from: side(from, platform), to: side(to, input.one('to-platform') ?? platform) };
}

async function finished(body: object, connection: Connection, { terminal, output, say }: Surroundings): Promise<Comparison> {
  let seen: Comparison | undefined;
  const ask = async () => {
    const answer =
      seen === undefined
        ? await callOperation(operationOf('createComparison'), { path: {}, body }, connection)
        : await callOperation(operationOf('getComparison'), { path: { comparison: seen.id } }, connection);
    seen = (await answer.json()) as Comparison;
    return seen;
  };
  const lineOf = ({ job = '', state, progress }: Comparison, elapsedMs: number) =>
    progressLine(`${say(`job ${job}`)} ${say('comparison')} ${say(state)}`, progress, elapsedMs, terminal.columns);
  try {
    return await follow({ ask, isEnd: ({ state }) => ended.has(state), lineOf }, terminal);
  } finally {
    if (terminal.interruption().aborted && seen !== undefined)
      output.err(`The comparison goes on; the same command shows it, longshore comparison cancel ${seen.id} ends it.`);
  }
}
