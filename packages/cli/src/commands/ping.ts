import { createRegistryClient, RegistryClientError } from '@longshore/oci/client';
import { type Command, UsageError } from '../command.ts';
import { registryUrl } from '../registry-address.ts';

/** `longshore ping`: whether a registry answers. One that wants a login does. */
export const ping: Command = {
  summary: 'Asks whether a registry answers',
  usage: 'longshore ping URL',
  examples: ['longshore ping http://127.0.0.1:5000', 'longshore ping registry.example'],
  async run(args, { output, fetch }) {
    const [address, ...more] = args;
    if (address === undefined || more.length > 0) throw new UsageError('ping takes one address');
    const baseUrl = registryUrl(address);
    try {
      await createRegistryClient({ baseUrl, fetch }).ping();
      output.out(`${baseUrl} answers`);
    } catch (error) {
      if (!(error instanceof RegistryClientError) || error.status !== 401) throw error;
      output.out(`${baseUrl} answers and wants a login`);
    }
    return 0;
  },
};
