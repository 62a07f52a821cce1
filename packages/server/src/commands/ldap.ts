import type { CheckedStep } from '../identity/ldap/check-directory.ts';
import type { DirectorySettings } from '../identity/ldap/directory-settings.ts';
import { tell } from '../observability/terminal.ts';
import { readArguments, readVerb, UsageError } from './arguments.ts';
import { readPasswordFile } from './password-file.ts';

export const ldapHelp = `longshore ldap check NAME [--user USER [--password-file FILE]] [settings]

Tries the directory NAME of the settings (signIn.ldap) step by step, as a login would, and says what works: the
connection to each server, TLS, the login of bindDn; with --user whom userFilter finds and their groups, with
--password-file also their password. It needs no running server, and changes nothing.
Ends with 0 when every step works.

Example:
  longshore ldap check corp --user alice --config longshore.yaml
`;

/** `longshore ldap`: what of the settings of a directory works. */
export async function ldap(argv: readonly string[], directories: readonly DirectorySettings[]): Promise<number> {
  const { values, positionals } = readArguments(argv, { user: { type: 'string' }, 'password-file': { type: 'string' } });
  const { operands } = readVerb('ldap', positionals, { check: ['NAME'] });
  const { user: name, 'password-file': file } = values;
  if (name === undefined && file !== undefined) throw new UsageError('--password-file goes with --user.');
  const directory = directories.find((entry) => entry.name === operands[0]);
  if (directory === undefined) {
    const names = directories.map((entry) => entry.name).join(', ') || 'none';
    throw new UsageError(`There is no directory '${operands[0]}' in signIn.ldap. Directories: ${names}.`);
  }
  const { checkDirectory } = await import('../identity/ldap/check-directory.ts');
  const password = file === undefined ? undefined : await readPasswordFile(file);
  let failed = 0;
  for await (const step of checkDirectory(directory, name === undefined ? undefined : { name, password })) {
    tell(describe(step));
    if (!step.worked) failed += 1;
  }
  return failed === 0 ? 0 : 1;
}

const describe = ({ step, worked, detail }: CheckedStep): string => `${worked ? 'ok    ' : 'FAILED'}  ${step}: ${detail}`;
