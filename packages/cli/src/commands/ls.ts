import { type Command, UsageError } from '../command.ts';
import { registryClientOf } from '../connection/connect.ts';
import { serverFlag } from '../flags.ts';
import { imageTarget } from '../images/image-target.ts';
import { printable } from '../output/readable-value.ts';

/** `longshore ls`: the tags of a repository, one a line, as the pages arrive. */
export const ls: Command = {
  name: 'ls',
  summary: 'Lists the tags of a repository, one a line; tag ls says more of each',
  takes: [{ name: 'REPOSITORY' }],
  flags: [serverFlag],
  examples: ['longshore ls localhost:5000/team/app'],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const { connection, name, tag, digest } = await imageTarget(input.words[0] ?? '', input, surroundings);
    if (tag !== undefined || digest !== undefined) throw new UsageError('ls takes a repository without tag or digest');
    for await (const one of registryClientOf(connection).listTags(name)) surroundings.output.out(printable(one));
    return 0;
  },
};
