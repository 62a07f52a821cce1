import type { InstalledPackage } from './installed-package.ts';

/** What Go's linker begins its note in a program with (debug/buildinfo). */
export const goNoteMagic = Buffer.from('\xff Go buildinf:', 'latin1');

/** What is written around the list of modules, so that it is found in programs by who knows nothing of their form. */
const frameBytes = 16;

/**
 * What Go's linker notes of a program (`go version -m`): the version of Go, and the list of modules in its frame, empty when it was built without
 * modules. They are its own module and those it was built of, with what replaced them, and as `stdlib` the
 * library that comes with the compiler.
 */
export function goPackages(goVersion: Buffer, framed: Buffer): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  const [, release] = /^go(\d\S*)/.exec(goVersion.toString('utf8')) ?? [];
  if (release !== undefined) found.push({ kind: 'go', name: 'stdlib', version: release });
  let isReplaceable = false;
  for (const line of framed.toString('utf8', frameBytes, framed.length - frameBytes).split('\n')) {
    const [word, name = '', version = ''] = line.split('\t');
    const isModule = word === 'mod' || word === 'dep';
    // A version in parentheses is none: of a checkout, or of a directory that takes the place of a module.
    const isRelease = name !== '' && version !== '' && !version.startsWith('(');
    if (word === '=>' && isReplaceable && isRelease) found.pop();
    if ((isModule || word === '=>') && isRelease) found.push({ kind: 'go', name, version });
    isReplaceable = isModule && isRelease;
  }
  return found;
}
