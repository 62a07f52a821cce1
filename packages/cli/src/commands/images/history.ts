import type { Command } from '../../command.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { readSingleImage } from '../../images/image-page.ts';
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
  operations: ['getImage'],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { history } = await readSingleImage(target, input.one('platform'));
    const steps = history.map(({ created: createdAt, sizeBytes = 0, ...step }) => ({ createdAt, sizeBytes, ...step }));
    const shape = { columns: ['createdAt', 'sizeBytes', 'instruction'], named: 'layer', empty: 'This image does not say how it was made.' };
    await writeList(oneList(steps), shape, formatOf(input), surroundings);
    return 0;
  },
};

async function* oneList(steps: readonly unknown[]): AsyncGenerator<readonly unknown[], void> {
  yield steps;
}
