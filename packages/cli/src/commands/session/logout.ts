import { type Command, UsageError } from '../../command.ts';
import { removeCredential } from '../../connection/docker-config.ts';
import { readKnownServers, writeKnownServers } from '../../connection/known-servers.ts';
import { hostOf, registryUrl } from '../../registry-address.ts';

/** `longshore logout`: forgets the credential of a registry. */
export const logout: Command = {
  name: 'logout',
  summary: 'Forgets the credential of a registry; access tokens stay good until they are removed (token rm)',
  takes: [{ name: 'SERVER', optional: true }],
  flags: [],
  examples: ['longshore logout', 'longshore logout registry.example'],
  operations: [],
  anyRegistry: true,
  async run({ words }, surroundings) {
    const known = await readKnownServers(surroundings);
    const named = words[0] ?? known.current;
    if (named === undefined) throw new UsageError('which registry? There is no login');
    const host = hostOf(registryUrl(named));
    const wasStored = await removeCredential(host, surroundings);
    const { [host]: server, ...servers } = known.servers;
    if (server !== undefined)
      await writeKnownServers(
        { servers, ...(known.current !== undefined && known.current !== host && { current: known.current }) },
        surroundings,
      );
    surroundings.output.out(surroundings.say(wasStored ? `Logged out of ${host}.` : `There was no login to ${host}.`));
    return 0;
  },
};
