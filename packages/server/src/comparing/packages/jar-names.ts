import type { InstalledPackage } from './installed-package.ts';
import { stanzas } from './stanzas.ts';

/** Packages as those who build them write them into archives: `pom.properties` of Maven, of its own and of all that were put into it. */
export function mavenPackage(properties: Buffer): InstalledPackage | undefined {
  const [found] = stanzas(properties, ['groupId', 'artifactId', 'version'], '=');
  const [group, artifact, version] = [found?.get('groupId'), found?.get('artifactId'), found?.get('version')];
  return group && artifact && version ? { kind: 'java', name: `${group}:${artifact}`, version } : undefined;
}

/**
 * What an archive is, by its name and its manifest, when Maven has not said it: `name-version.jar`, or the version of the manifest. Undefined when
 * nobody can tell, or one of those that Maven told is it.
 */
export function namedPackage(file: string, told: readonly InstalledPackage[], manifest: Buffer | undefined): InstalledPackage | undefined {
  const stem = (file.split('/').at(-1) ?? '').replace(/\.[a-z]+$/, '');
  const [, name = stem, written] = /^(.+?)-(\d[\w.+-]*)$/.exec(stem) ?? [];
  if (told.some((each) => stem.startsWith(each.name.slice(each.name.indexOf(':') + 1)))) return undefined;
  if (written !== undefined) return { kind: 'java', name, version: written };
  // An archive of others, shaded into one, is none of its own by what its manifest says.
  if (told.length > 0 || manifest === undefined) return undefined;
  const fields = ['Bundle-SymbolicName', 'Implementation-Version', 'Bundle-Version', 'Specification-Version'];
  const [main] = stanzas(unfolded(manifest), fields, ':');
  const [bundle, ...versions] = fields.map((field) => main?.get(field));
  const version = versions.find((each) => each !== undefined && /\d/.test(each));
  const [symbolic] = bundle?.split(';') ?? [];
  return version === undefined || name === '' ? undefined : { kind: 'java', name: symbolic?.trim() || name, version };
}

/** Long lines of a manifest go on behind a space in the next one. */
const unfolded = (manifest: Buffer): Buffer => Buffer.from(manifest.toString('latin1').replaceAll(/\r?\n /g, ''), 'latin1');
