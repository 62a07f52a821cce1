import { createRegistryClient, RegistryClientError } from '@longshore/oci/client';
import type { Command } from '../command.ts';
import { registryUrl } from '../registry-address.ts';

/** `longshore ping`: whether a registry answers. One that wants a login does. */
export const ping: Command = {
  name: 'ping',
  summary: 'Asks whether a registry answers',
  takes: [{ name: 'URL' }],
  flags: [],
  examples: ['longshore ping http://127.0.0.1:5000', 'longshore ping registry.example'],
  operations: [],
  anyRegistry: true,
  async run({ words }, { output, fetch, say }) {
    const baseUrl = registryUrl(words[0] ?? '');
    try {
      await createRegistryClient({ baseUrl, fetch }).ping();
      output.out(say(`${baseUrl} answers`));
    } catch (error) {
      if (!(error instanceof RegistryClientError) || error.status !== 401) throw error;
      output.out(say(`${baseUrl} answers and wants a login`));
    }
    return 0;
  },
};
