import { AccountError } from '../registry/ports/account-error.ts';
import type { AccountStore, User } from '../registry/ports/account-store.ts';
import { type Agent, systemAgent } from '../registry/ports/agent.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { hashPassword, passwordProblem, randomPassword } from './passwords.ts';
import { accessTokens } from './random-secret.ts';

const administratorName = 'admin';

/** Whether this may be a user's name: lower-case, such as a project may be called too, up to 64 characters. */
export function isUserName(text: string): boolean {
  return text.length <= 64 && /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(text);
}

/**
 * Makes the user `admin` when there is no administrator yet; safe when several processes start at once. Without a given
 * password a random one is made and returned, this once. Throws `AccountError` for a bad password.
 */
export async function ensureAdministrator(
  accounts: AccountStore,
  input: { password?: string; now: Millis },
): Promise<{ created: boolean; name: 'admin'; password?: string }> {
  const users = await accounts.listUsers();
  if (users.some((user) => user.administrator)) return { created: false, name: administratorName };
  const { passwordHash, made } = await choosePassword(input.password);
  const by = systemAgent('first-start');
  const user = await accounts.createUser({ name: administratorName, passwordHash, administrator: true, by, at: input.now });
  return user === undefined ? { created: false, name: administratorName } : { created: true, name: administratorName, ...made };
}

/** Adds a user; without a password a random one is made and returned, this once. Throws `AccountError`. */
export async function addUser(
  accounts: AccountStore,
  input: { name: string; password?: string | undefined; administrator?: boolean | undefined; by?: Agent; now: Millis },
): Promise<{ user: User; password?: string }> {
  if (!isUserName(input.name)) {
    throw new AccountError(
      'name-invalid',
      'A user name has lower-case letters and digits, with single . _ or - between them, up to 64 characters.',
    );
  }
  const { passwordHash, made } = await choosePassword(input.password);
  const { name, administrator = false, by, now: at } = input;
  const user = await accounts.createUser({ name, passwordHash, administrator, by, at });
  if (user === undefined) throw new AccountError('name-taken', `There already is a user ${input.name}.`);
  return { user, ...made };
}

/**
 * Sets a password (a random one, returned this once, unless given), and so ends registry and refresh tokens; personal
 * access tokens stay good until they are deleted. Throws `AccountError`.
 */
export async function resetPassword(
  accounts: AccountStore,
  input: { name: string; password?: string; by?: Agent; now: Millis },
): Promise<{ password?: string }> {
  const { name, password, by, now: at } = input;
  const user = await accounts.findUser({ name });
  const { passwordHash, made } = await choosePassword(password);
  if (user === undefined || !(await accounts.updateUser({ id: user.id, passwordHash, by, at }))) {
    throw new AccountError('user-unknown', `There is no user ${JSON.stringify(name.slice(0, 80))}.`);
  }
  return made;
}

/**
 * A personal access token for scripts, shown this once. `ttlMs`: how long it is good, for ever when undefined. Throws
 * `AccountError` for a name that is empty or longer than 100 characters, or a time that is not positive.
 */
export async function createAccessToken(
  accounts: AccountStore,
  user: Pick<User, 'id'>,
  input: { name: string; ttlMs?: number | undefined; by?: Agent; now: Millis },
): Promise<{ token: string; id: number }> {
  const { name, ttlMs, by, now } = input;
  if (!/^\P{Cc}{1,100}$/u.test(name)) throw new AccountError('token-invalid', 'A token needs a name of at most 100 printable characters.');
  if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs > 0))
    throw new AccountError('token-invalid', 'A token must be good for some time.');
  const { text: token, hash: secretHash } = accessTokens.create();
  const expiresAt = ttlMs === undefined ? undefined : now + ttlMs;
  const { id } = await accounts.createAccessToken({ userId: user.id, name, secretHash, by, at: now, expiresAt });
  return { token, id };
}

/** Changes what is given of a user; false when it is gone or has another version than `ifVersion`. Throws `AccountError`. */
export async function changeUser(
  accounts: AccountStore,
  user: Pick<User, 'id'>,
  input: {
    ifVersion: number | undefined;
    password?: string | undefined;
    administrator?: boolean | undefined;
    disabled?: boolean | undefined;
    by: Agent;
    now: Millis;
  },
): Promise<boolean> {
  const { ifVersion, password, administrator, disabled, by, now: at } = input;
  return accounts.updateUser({
    ...{ id: user.id, ifVersion, by, at },
    ...(password !== undefined && { passwordHash: (await choosePassword(password)).passwordHash }),
    ...(administrator !== undefined && { administrator }),
    ...(disabled !== undefined && { disabled }),
  });
}

/** The hash to store, and the password as `made` only when nobody else knows it. */
async function choosePassword(given: string | undefined): Promise<{ passwordHash: string; made: { password?: string } }> {
  const problem = given === undefined ? undefined : passwordProblem(given);
  if (problem !== undefined) throw new AccountError('password-invalid', problem);
  const password = given ?? randomPassword();
  return { passwordHash: await hashPassword(password), made: given === undefined ? { password } : {} };
}
