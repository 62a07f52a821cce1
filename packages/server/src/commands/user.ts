import { addUser, resetPassword } from '../identity/accounts.ts';
import { printLine, tell } from '../observability/terminal.ts';
import type { AccessStore } from '../registry/ports/access-store.ts';
import { type AccountStore, roles, type User } from '../registry/ports/account-store.ts';
import type { ProjectStore } from '../registry/ports/project-store.ts';
import { readArguments, readVerb, UsageError } from './arguments.ts';
import { operatorAgent } from './operator-agent.ts';
import { readPasswordFile } from './password-file.ts';

export const userHelp = `longshore user VERB ...

  add NAME [--admin] [--password-file FILE]      a random password is printed once without a file
  list
  passwd NAME [--password-file FILE]             ends the user's sessions; access tokens stay
  disable NAME | enable NAME
  remove NAME                                    with the user's tokens and roles
  grant NAME PROJECT ROLE                        ROLE: ${roles.join(', ')},
                                                 or the name of a custom role
  revoke NAME PROJECT

reader pulls; creator also pushes new tags; writer also moves tags; maintainer also deletes, promotes and sets the
project's rules; owner also rules members, robots and the project itself. The project of 'team/app' is 'team'. A user
may begin the project of the user's own name by pushing to it, and owns it then. A grant is for the whole project and
takes the place of an earlier one; roles for parts of a project are the business of the API.

Examples:
  longshore user add alice
  longshore user grant alice team writer
`;

/** What `longshore user` works on. */
type UserStore = AccountStore & AccessStore & Pick<ProjectStore, 'findProject'>;

/** The verbs of `longshore user`, with the words that each takes. */
export const userVerbs = {
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
export async function user(argv: readonly string[], accounts: UserStore): Promise<number> {
  const { values, positionals } = readArguments(argv, { admin: { type: 'boolean', default: false }, 'password-file': { type: 'string' } });
  const { verb, operands } = readVerb('user', positionals, userVerbs);
  const [name = '', project = '', role = ''] = operands;
  const now = Date.now();
  const change = { by: operatorAgent(), at: now };
  const password = async () => (values['password-file'] === undefined ? {} : { password: await readPasswordFile(values['password-file']) });
  switch (verb) {
    case 'add':
      printPassword(
        name,
        (await addUser(accounts, { name, administrator: values.admin, by: change.by, now, ...(await password()) })).password,
      );
      return 0;
    case 'passwd':
      printPassword(name, (await resetPassword(accounts, { name, by: change.by, now, ...(await password()) })).password);
      return 0;
    case 'list':
      await listUsers(accounts);
      return 0;
    case 'enable':
      await accounts.updateUser({ id: (await requireUser(accounts, name)).id, disabled: false, ...change });
      return 0;
    case 'disable':
      await accounts.updateUser({ id: (await requireDispensable(accounts, name)).id, disabled: true, ...change });
      return 0;
    case 'remove':
      await accounts.deleteUser({ id: (await requireDispensable(accounts, name)).id, ...change });
      return 0;
    case 'grant':
      await setGrant(accounts, name, project, role);
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

async function setGrant(store: UserStore, name: string, project: string, role: string | undefined): Promise<void> {
  const { id } = await requireUser(store, name);
  if (await store.setProjectRole({ userId: id, project, role, by: operatorAgent(), at: Date.now() })) return;
  throw new UsageError(
    (await store.findProject(project)) === undefined
      ? `There is no project '${project}': it begins with the first push to ${project}/...`
      : `'${role}' is not a role of project '${project}': use ${roles.join(', ')}, or a custom role of the project or the registry.`,
  );
}

async function listUsers(store: UserStore): Promise<void> {
  for (const { id, name, administrator, disabled } of await store.listUsers()) {
    const grants = (await store.listRolesOfUser(id)).map(
      ({ project = '', pattern, role }) => `${project}${pattern === '**' && project !== '' ? '' : `/${pattern}`}=${role}`,
    );
    printLine([name, ...(administrator ? ['administrator'] : []), ...(disabled ? ['disabled'] : []), ...grants].join('  '));
  }
}

/** Shows a password that was made here; it is stored hashed and cannot be shown again. */
export function printPassword(name: string, password: string | undefined): void {
  tell(password === undefined ? `${name}: the password is set` : `${name}: password ${password} (shown only now)`);
}
