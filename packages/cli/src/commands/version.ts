import packageJson from '../../package.json' with { type: 'json' };
import type { Command } from '../command.ts';

/** `longshore version`. */
export const version: Command = {
  name: 'version',
  summary: 'Shows the version',
  takes: [],
  flags: [],
  examples: ['longshore version'],
  operations: [],
  run(_input, { output }) {
    output.out(`longshore ${packageJson.version} (Node ${process.versions.node}, ${process.platform} ${process.arch})`);
    return Promise.resolve(0);
  },
};
