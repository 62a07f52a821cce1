import type { Config } from './schema.ts';

/** The clusters, by their place in the list, whose people come from a provider that is not configured, each with what is wrong. */
export function unknownProviders({ kubernetes, signIn }: Pick<Config, 'kubernetes' | 'signIn'>): { index: number; message: string }[] {
  const known = [...signIn.oidc, ...signIn.ldap].map(({ name }) => name);
  return kubernetes.clusters.flatMap(({ name, people }, index) => {
    if (people === undefined || known.includes(people.provider)) return [];
    const named = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`;
    const message = `kubernetes.clusters[${name}].people.provider: signIn.oidc and signIn.ldap have no ${people.provider}; ${named}`;
    return [{ index, message }];
  });
}
