import type { Command } from '../../command.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { readImagePage } from '../../images/image-page.ts';
import { imageTarget } from '../../images/image-target.ts';
import { formatOf, writeThing } from '../../output/results.ts';
import { platformFlag } from './platform-flag.ts';

/** `longshore image show`: what an image is, in any registry. */
export const showImage: Command = {
  name: 'image show',
  summary: 'Shows what an image is made of: platforms, size, configuration, layers. image usage says what holds it, inspect its manifest',
  takes: [{ name: 'IMAGE' }],
  flags: [platformFlag, outputFlag, serverFlag],
  examples: ['longshore image show team/app:1.0', 'longshore image show docker.io/library/nginx --platform linux/arm64 -o json'],
  operations: ['getImage'],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const { history: _steps, ...page } = await readImagePage(target, input.one('platform'));
    writeThing({ name: target.name, ...page }, { named: 'digest' }, formatOf(input), surroundings);
    return 0;
  },
};
