import type { components } from '@longshore/api-client';
import type { Surroundings } from '../../command.ts';
import { readableSize } from '../../output/readable-value.ts';
import { writeList, writeThing } from '../../output/results.ts';

/** A comparison, as the API answers it. */
export type Comparison = components['schemas']['Comparison'];
type Result = NonNullable<Comparison['result']>;

/** Writes for people what differs: figures, then the configuration and the packages as tables. Files are listed by `--files`. */
export async function writeDifferences({ from, to, result }: Comparison, format: string, surroundings: Surroundings): Promise<void> {
  if (result === undefined) return;
  const { config, packages, files, truncated, unreadPackages } = result;
  const { output, say } = surroundings;
  const nameOf = ({ repository, digest }: Comparison['from']) => `${repository}@${digest}`;
  const figures = {
    from: nameOf(from),
    to: nameOf(to),
    size: say(sizesOf(result)),
    layers: say(layersOf(result)),
    files: say(filesOf(files)),
  };
  writeThing(figures, { named: 'from' }, format, surroundings);
  if (config.length > 0) await writeTable('Configuration', config, ['name', 'from', 'to'], format, surroundings);
  if (packages.length > 0) await writeTable('Packages', packages, ['change', 'kind', 'name', 'from', 'to'], format, surroundings);
  const differing = files.added + files.removed + files.changed;
  if (config.length + packages.length === 0)
    output.out(`\n${say(differing === 0 ? 'No difference.' : 'Configuration and packages are the same.')}`);
  if (differing > 0) output.err('\nThe same command with --files lists the files, with --text PATH it shows one.');
  if (truncated) output.err('There are more differences than are listed.');
  if (unreadPackages)
    output.err('There are package databases that cannot be read, damaged or too large: packages may differ that are not listed.');
}

async function writeTable(
  title: string,
  rows: readonly object[],
  columns: readonly string[],
  format: string,
  surroundings: Surroundings,
): Promise<void> {
  surroundings.output.out(`\n${surroundings.say(title)}`);
  await writeList(onePage(rows), { columns, named: 'name' }, format, surroundings);
}

async function* onePage(rows: readonly object[]): AsyncGenerator<readonly unknown[], void> {
  yield rows;
}

const sizesOf = ({ sizeBytes: { from, to } }: Result) => `${readableSize(from)} -> ${readableSize(to)}, layers as stored`;

function layersOf({ layers, sizeBytes }: Result): string {
  const own = (side: Result['layers']['from']) => side.filter(({ shared }) => !shared).length;
  const part = (count: number, bytes: number, what: string) => `${count} ${what} (${readableSize(bytes)})`;
  return [
    part(layers.to.length - own(layers.to), sizeBytes.shared, 'of both'),
    part(own(layers.from), sizeBytes.from - sizeBytes.shared, 'removed'),
    part(own(layers.to), sizeBytes.to - sizeBytes.shared, 'added'),
  ].join(', ');
}

const filesOf = ({ added, removed, changed }: Result['files']) => `${added} added, ${removed} removed, ${changed} changed`;
