import { addUser, resetPassword } from '../identity/accounts.ts';
import { printLine } from '../observability/terminal.ts';
import { type AccountStore, type Role, roles, type User } from '../registry/ports/account-store.ts';
import { readArguments, readVerb, UsageError } from './arguments.ts';
import { readPasswordFile } from './password-file.ts';

export const userHelp = `longshore user VERB ...

  add NAME [--admin] [--password-file FILE]      a random password is printed once without a file
  list
  passwd NAME [--password-file FILE]             ends the user's sessions; access tokens stay
  disable NAME | enable NAME
  remove NAME                                    with the user's tokens and grants
  grant NAME PROJECT ROLE                        ROLE: ${roles.join(', ')}
  revoke NAME PROJECT

reader pulls; creator also pushes new tags; writer also moves tags; maintainer also deletes. The project of
'team/app' is 'team'. A user may begin the project of the user's own name by pushing to it.

Examples:
  longshore user add alice
  longshore user grant alice team writer
`;

const verbs = {
  add: ['NAME'],
  list: [],
  passwd: ['NAME'],
  disable: ['NAME'],
  enable: ['NAME'],
  remove: ['NAME'],
  grant: ['NAME', 'PROJECT', 'ROLE'],
  revoke: ['NAME', 'PROJECT'],
} as const;

/** `longshore user`: local accounts and what they may do in projects. */
export async function user(argv: readonly string[], accounts: AccountStore): Promise<number> {
  const { values, positionals } = readArguments(argv, { admin: { type: 'boolean', default: false }, 'password-file': { type: 'string' } });
  const { verb, operands } = readVerb('user', positionals, verbs);
  const [name = '', project = '', role = ''] = operands;
  const now = Date.now();
  const password = async () => (values['password-file'] === undefined ? {} : { password: await readPasswordFile(values['password-file']) });
  switch (verb) {
    case 'add':
      printPassword(name, (await addUser(accounts, { name, administrator: values.admin, now, ...(await password()) })).password);
      return 0;
    case 'passwd':
      printPassword(name, (await resetPassword(accounts, { name, now, ...(await password()) })).password);
      return 0;
    case 'list':
      await listUsers(accounts);
      return 0;
    case 'enable':
      await accounts.updateUser({ id: (await requireUser(accounts, name)).id, disabled: false, at: now });
      return 0;
    case 'disable':
      await accounts.updateUser({ id: (await requireDispensable(accounts, name)).id, disabled: true, at: now });
      return 0;
    case 'remove':
      await accounts.deleteUser({ id: (await requireDispensable(accounts, name)).id });
      return 0;
    case 'grant':
      await setGrant(accounts, name, project, requireRole(role));
      return 0;
    case 'revoke':
      await setGrant(accounts, name, project, undefined);
      return 0;
  }
}

/** The user of that name; throws `UsageError` when there is none. */
export async function requireUser(accounts: AccountStore, name: string): Promise<User> {
  const found = await accounts.findUser({ name });
  if (found === undefined) throw new UsageError(`There is no user '${name}': 'longshore user list' shows them.`);
  return found;
}

/** As `requireUser`, but not for the only administrator who can log in: nobody could administer the registry any more. */
async function requireDispensable(accounts: AccountStore, name: string): Promise<User> {
  const user = await requireUser(accounts, name);
  const others = (await accounts.listUsers()).filter((other) => other.administrator && !other.disabled && other.id !== user.id);
  if (!user.administrator || others.length > 0) return user;
  throw new UsageError(`${name} is the last administrator: add another with 'longshore user add NAME --admin' first.`);
}

async function setGrant(accounts: AccountStore, name: string, project: string, role: Role | undefined): Promise<void> {
  const { id } = await requireUser(accounts, name);
  if (await accounts.setGrant({ userId: id, project, role, at: Date.now() })) return;
  throw new UsageError(`There is no project '${project}': it begins with the first push to ${project}/...`);
}

async function listUsers(accounts: AccountStore): Promise<void> {
  for (const { id, name, administrator, disabled } of await accounts.listUsers()) {
    const grants = (await accounts.listGrants(id)).map(({ project, role }) => `${project}=${role}`);
    printLine([name, ...(administrator ? ['administrator'] : []), ...(disabled ? ['disabled'] : []), ...grants].join('  '));
  }
}

function requireRole(text: string): Role {
  const role = roles.find((known) => known === text);
  if (role === undefined) throw new UsageError(`'${text}' is not a role: use ${roles.join(', ')}.`);
  return role;
}

/** Shows a password that was made here; it is stored hashed and cannot be shown again. */
export function printPassword(name: string, password: string | undefined): void {
  printLine(password === undefined ? `${name}: the password is set` : `${name}: password ${password} (shown only now)`);
}
