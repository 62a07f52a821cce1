import type { AddressInfo } from 'node:net';
import type { Config } from '../config/schema.ts';
import { speaksHttps } from '../config/tls-settings.ts';
import { ensureAdministrator } from '../identity/accounts.ts';
import { tell } from '../observability/terminal.ts';
import type { Backends } from '../open-backends.ts';
import { readPasswordFile } from './password-file.ts';

/** The administrator's first password, when a file holds it. */
export async function givenPassword({ adminPasswordFile }: Config): Promise<{ password?: string }> {
  return adminPasswordFile === undefined ? {} : { password: await readPasswordFile(adminPasswordFile) };
}

/**
 * Makes the administrator when there is none; returns the password if it was made here. Only a server that has started may do it: the
 * password is shown once, and one that ends before it could show it would have locked everybody out.
 */
export async function firstStart(given: { password?: string }, { metadata }: Backends): Promise<string | undefined> {
  return (await ensureAdministrator(metadata, { ...given, now: Date.now() })).password;
}

/** Says where the server listens, and the administrator's password if it was just made. */
export function announce({ tls }: Config, { address, port, family }: AddressInfo, password: string | undefined): void {
  const anywhere = address === '::' || address === '0.0.0.0';
  const host = anywhere ? `localhost:${port}` : family === 'IPv6' && address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  if (password !== undefined) {
    tell(`The administrator is 'admin' with the password ${password} (shown only now; 'longshore admin reset-password' makes a new one).`);
    tell('Log in and push a first image:');
    tell(`  docker login ${host} -u admin`);
    tell('  docker pull alpine');
    tell(`  docker tag alpine ${host}/admin/alpine`);
    tell(`  docker push ${host}/admin/alpine`);
  }
  if (tls.selfSigned.length > 0) tell("Clients must trust this registry's own certificate authority: 'longshore ca --help' says how.");
  const secure = speaksHttps(tls);
  tell(`longshore is listening on ${secure ? 'https' : 'http'}://${host}`);
}
