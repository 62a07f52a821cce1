import packageJson from '../../package.json' with { type: 'json' };
import type { Command } from '../command.ts';

/** `longshore version`. */
export const version: Command = {
  summary: 'Shows the version',
  usage: 'longshore version',
  examples: ['longshore version'],
  run(_args, { output }) {
    output.out(`longshore ${packageJson.version} (Node ${process.versions.node}, ${process.platform} ${process.arch})`);
    return Promise.resolve(0);
  },
};
