import type { InstalledPackage } from './installed-package.ts';

/** What images of Azure Linux have instead of rpm's database: a package in each line, as `rpm -qa` was asked to write it, in columns. */
export function rpmManifestPackages(bytes: Buffer): InstalledPackage[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, version, , , , epoch] = line.split('\t');
      if (!name || !version) return [];
      return [{ kind: 'rpm', name, version: /^\d+$/.test(epoch ?? '') ? `${epoch}:${version}` : version }];
    });
}
