import type { InstalledPackage } from './installed-package.ts';

/**
 * What Go's linker notes of a program (`go version -m`): its own module and those it was built of, with what replaced them, and as `stdlib` the
 * library that comes with the compiler.
 */
export function goPackages(goVersion: string, modules: string): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  const [, release] = /^go(\d\S*)/.exec(goVersion) ?? [];
  if (release !== undefined) found.push({ kind: 'go', name: 'stdlib', version: release });
  let isReplaceable = false;
  for (const line of modules.split('\n')) {
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
