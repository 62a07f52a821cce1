import assert from 'node:assert/strict';
import { directorySettings, passwordOf, personDn, personEntry } from '../tools/directory-content.ts';
import type { Slapd } from '../tools/slapd.ts';
import { type CredentialWorld, letPull } from './own-credentials.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

/** How long the registry may remember that a password was right. */
const rememberSeconds = 2;
const people = { right: 'ada', revoked: 'grace', expired: 'edsger' } as const;

/** What the directory begins with, in LDIF. */
export const directoryPeople = [personEntry(people.right), personEntry(people.revoked), personEntry(people.expired)].join('\n');

/** One entry of the registry's `signIn.ldap`. */
export function directoryEntry({ secureUrl, authorityFile, passwordFile }: Slapd): object {
  const { name, bindDn, userBase } = directorySettings;
  return { name, urls: [secureUrl], authorityFile, bindDn, bindPasswordFile: passwordFile, userBase, rememberSeconds };
}

/** Passwords that a directory knows, of people who are members of the project here. They have neither audience nor issuer. */
export function directoryPasswords(world: CredentialWorld, slapd: Slapd): CredentialKind {
  return { name: 'LDAP', make: (state) => makePerson(world, slapd, state) };
}

async function makePerson(world: CredentialWorld, slapd: Slapd, state: CredentialState): Promise<ShownCredential | undefined> {
  if (state === 'wrong audience' || state === 'wrong issuer') return undefined;
  const username = people[state];
  const password = passwordOf(username);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  // The first login makes the user, and what happens in the directory afterwards must count.
  const first = await fetch(`${world.url}/v2/`, { headers: { authorization } });
  assert.equal(first.status, 200, await first.text());
  await letPull(world, username);
  if (state === 'revoked') await slapd.modify(`dn: ${personDn(username)}\nchangetype: delete\n`);
  if (state === 'expired') {
    await slapd.modify(`dn: ${personDn(username)}\nchangetype: modify\nadd: shadowExpire\nshadowExpire: 1\n`);
  }
  return { kind: 'password', username, password, ...(state !== 'right' && { endsAt: Date.now() + rememberSeconds * 1000 }) };
}
