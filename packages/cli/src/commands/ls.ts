import { type Command, UsageError } from '../command.ts';
import { parseTarget } from '../registry-address.ts';

/** `longshore ls`: the tags of a repository, one a line, as the pages arrive. */
export const ls: Command = {
  summary: 'Lists the tags of a repository',
  usage: 'longshore ls HOST/REPOSITORY',
  examples: ['longshore ls localhost:5000/team/app'],
  async run(args, { output, fetch }) {
    const [text, ...more] = args;
    if (text === undefined || more.length > 0) throw new UsageError('ls takes one repository');
    const { client, reference } = parseTarget(text, fetch);
    if (reference.tag !== undefined || reference.digest !== undefined) throw new UsageError('ls takes a repository without tag or digest');
    for await (const tag of client.listTags(reference.name)) output.out(tag);
    return 0;
  },
};
