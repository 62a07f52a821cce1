import type { Command } from '../../command.ts';
import { registryClientOf } from '../../connection/connect.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { imageOfPlatform, readConfig } from '../../images/image-config.ts';
import { imageTarget } from '../../images/image-target.ts';
import { formatOf, writeList } from '../../output/results.ts';
import { platformFlag } from './platform-flag.ts';

/** `longshore image history`: the steps that made an image, with the layer of each, in any registry. */
export const imageHistory: Command = {
  name: 'image history',
  summary: 'Shows the steps that made an image, and the size that each added',
  takes: [{ name: 'IMAGE' }],
  flags: [platformFlag, outputFlag, serverFlag],
  examples: ['longshore image history team/app:1.0'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const client = registryClientOf(target.connection);
    const read = await imageOfPlatform(client, target, input.one('platform'));
    const layers = (read.manifest.layers ?? []).values();
    const steps = ((await readConfig(client, target, read))?.history ?? []).map(({ created, created_by = '', empty_layer }) => {
      const layer = empty_layer === true ? undefined : layers.next().value;
      return { createdAt: created, sizeBytes: layer?.size ?? 0, layer: layer?.digest, step: stepText(created_by) };
    });
    const shape = { columns: ['createdAt', 'sizeBytes', 'step'], named: 'layer', empty: 'This image does not say how it was made.' };
    await writeList(oneList(steps), shape, formatOf(input), surroundings);
    return 0;
  },
};

async function* oneList(steps: readonly unknown[]): AsyncGenerator<readonly unknown[], void> {
  yield steps;
}

/** A step as it would stand in a Dockerfile: builders write shell commands, with what is no command behind `#(nop)`. */
export function stepText(createdBy: string): string {
  const [, nop] = /^\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(createdBy) ?? [];
  if (nop !== undefined) return nop;
  return createdBy.replace(/^\/bin\/sh -c /, 'RUN ').replace(/\s*# buildkit$/, '');
}
