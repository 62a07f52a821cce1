import { slapdReader, slapdSuffix } from './slapd.ts';

/** The password that `personEntry` gives to whoever is called so. */
export const passwordOf = (uid: string): string => `password of ${uid}`;

/** Distinguished names of the entries below. */
export const personDn = (uid: string): string => `uid=${uid},ou=people,${slapdSuffix}`;
export const groupDn = (cn: string): string => `cn=${cn},ou=groups,${slapdSuffix}`;

/** Somebody in LDIF. `more`: further lines, each an attribute. */
export function personEntry(uid: string, ...more: readonly string[]): string {
  const classes = ['inetOrgPerson', 'shadowAccount', 'windowsAccount'].map((name) => `objectClass: ${name}`);
  const attributes = [`uid: ${uid}`, `cn: ${uid}`, `sn: ${uid}`, `mail: ${uid}@example.test`, `userPassword: ${passwordOf(uid)}`];
  return [`dn: ${personDn(uid)}`, ...classes, ...attributes, ...more, ''].join('\n');
}

/** A group in LDIF; it needs a member at least. */
export function groupEntry(cn: string, ...members: readonly string[]): string {
  return [`dn: ${groupDn(cn)}`, 'objectClass: groupOfNames', `cn: ${cn}`, ...members.map((dn) => `member: ${dn}`), ''].join('\n');
}

/** How such a directory is asked, with every default of the settings but the time; servers and files are to be added. */
export const directorySettings = {
  name: 'corp',
  startTls: false,
  bindDn: slapdReader.dn,
  userBase: `ou=people,${slapdSuffix}`,
  userFilter: '(&(objectClass=person)(uid={name}))',
  idAttribute: 'entryUUID',
  nameAttribute: 'uid',
  emailAttribute: 'mail',
  memberOfAttribute: 'memberOf',
  groupNameAttribute: 'cn',
  nestedGroups: false,
  timeoutSeconds: 60,
} as const;
