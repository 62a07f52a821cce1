import { compareConfigs } from '@longshore/oci/image';
import { type CommandInput, type Surroundings, UsageError } from '../../command.ts';
import { type ImagePage, rawConfigOf, readSingleImage } from '../../images/image-page.ts';
import type { ImageTarget } from '../../images/image-target.ts';
import { formatOf, writeThing } from '../../output/results.ts';

/**
 * How two images differ by what their manifests and configurations say, which any registry has, and two of them as well: layers, configuration
 * and the steps that made them. What is in the layers is compared by a Longshore that has both.
 */
export async function diffPlainImages(from: ImageTarget, to: ImageTarget, input: CommandInput, surroundings: Surroundings): Promise<void> {
  for (const flag of ['files', 'change', 'prefix', 'text'])
    if (input.has(flag)) throw new UsageError(`--${flag}: the files of two images are compared by a Longshore that has both`);
  const platform = input.one('platform');
  const [before, after] = [await readSingleImage(from, platform), await readSingleImage(to, input.one('to-platform') ?? platform)];
  const config = compareConfigs(await rawConfigOf(from, before.digest), await rawConfigOf(to, after.digest));
  const difference = {
    from: nameOf(from, before),
    to: nameOf(to, after),
    totalBytes: { from: before.totalBytes, to: after.totalBytes },
    layers: layersOf(before, after),
    config,
    history: stepsOf(before, after),
  };
  writeThing(difference, { named: 'to' }, formatOf(input), surroundings);
  surroundings.output.err('Files and packages are compared where a Longshore has both images.');
}

const nameOf = ({ connection, name }: ImageTarget, { digest }: ImagePage) => `${connection.host}/${name}@${digest}`;

/** Every layer of either, in their order: those that go, then those that stay and come. */
function layersOf({ layers: before }: ImagePage, { layers: after }: ImagePage) {
  const [old, now] = [new Set(before.map(({ digest }) => digest)), new Set(after.map(({ digest }) => digest))];
  return [
    ...before.filter(({ digest }) => !now.has(digest)).map((layer) => ({ change: 'removed', ...layer })),
    ...after.map((layer) => ({ change: old.has(layer.digest) ? 'same' : 'added', ...layer })),
  ].map(({ change, digest, sizeBytes }) => ({ change, sizeBytes, digest }));
}

/** The steps behind the last that both begin with. */
function stepsOf({ history: before }: ImagePage, { history: after }: ImagePage) {
  const first = before.findIndex(({ instruction, layer }, at) => after[at]?.instruction !== instruction || after[at]?.layer !== layer);
  const shared = first < 0 ? before.length : first;
  const changed = (steps: ImagePage['history'], change: string) => steps.slice(shared).map(({ instruction }) => ({ change, instruction }));
  return [...changed(before, 'removed'), ...changed(after, 'added')];
}
