import type { AccessToken, AccountStore, SigningKey, User } from '../registry/ports/account-store.ts';

/** What the twin lets a test look at and arrange besides the port. */
export interface MemoryAccountStore extends AccountStore {
  /** How many rows of login failures are kept, and under which keys. */
  readonly failureKeys: () => string[];
}

/** Accounts in memory, for tests: the behaviour of the port without a database. Ids are never used again. */
export function createMemoryAccountStore(): MemoryAccountStore {
  const users = new Map<number, User>();
  let lastId = 0;
  const tokens = memoryAccessTokens((id) => users.get(id));
  const byName = (name: string): User | undefined => [...users.values()].find((user) => user.name === name);

  return {
    ...tokens.port,
    ...memorySigningKeys(),
    ...memoryLoginFailures(),
    findUser: async (by) => ('id' in by ? users.get(by.id) : byName(by.name)),
    listUsers: async () => [...users.values()],
    createUser: async ({ name, passwordHash, administrator }) => {
      if (byName(name) !== undefined) return undefined;
      lastId += 1;
      const user: User = { id: lastId, name, administrator, disabled: false, passwordHash, version: 1, secondFactor: false };
      users.set(user.id, user);
      return user;
    },
    updateUser: async ({ id, at: _at, ...changes }) => {
      const user = users.get(id);
      if (user === undefined) return false;
      users.set(id, { ...user, ...changes, version: user.version + 1 });
      return true;
    },
    deleteUser: async ({ id }) => {
      tokens.forgetUser(id);
      return users.delete(id);
    },
  };
}

type AccessTokenPort = Pick<
  AccountStore,
  'createAccessToken' | 'findAccessToken' | 'listAccessTokens' | 'deleteAccessToken' | 'noteAccessTokenUse'
>;

function memoryAccessTokens(findUser: (id: number) => User | undefined): { port: AccessTokenPort; forgetUser: (id: number) => void } {
  const tokens = new Map<number, AccessToken & { readonly hash: string }>();
  let lastId = 0;
  const port: AccessTokenPort = {
    createAccessToken: async ({ userId, name, secretHash, at, expiresAt }) => {
      lastId += 1;
      const token: AccessToken = { id: lastId, userId, name, createdAt: at, expiresAt, lastUsedAt: undefined };
      tokens.set(token.id, { ...token, hash: Buffer.from(secretHash).toString('hex') });
      return token;
    },
    findAccessToken: async (secretHash) => {
      const wanted = Buffer.from(secretHash).toString('hex');
      const token = [...tokens.values()].find(({ hash }) => hash === wanted);
      const user = token === undefined ? undefined : findUser(token.userId);
      return token === undefined || user === undefined ? undefined : { token, user };
    },
    listAccessTokens: async (userId) => [...tokens.values()].filter((token) => token.userId === userId),
    deleteAccessToken: async ({ id, userId }) => tokens.get(id)?.userId === userId && tokens.delete(id),
    noteAccessTokenUse: async ({ id, at }) => {
      const token = tokens.get(id);
      if (token !== undefined) tokens.set(id, { ...token, lastUsedAt: at });
    },
  };
  const forgetUser = (userId: number): void => {
    for (const token of tokens.values()) if (token.userId === userId) tokens.delete(token.id);
  };
  return { port, forgetUser };
}

function memorySigningKeys(): Pick<AccountStore, 'listSigningKeys' | 'addSigningKey' | 'deleteExpiredSigningKeys'> {
  const keys = new Map<string, SigningKey>();
  return {
    listSigningKeys: async () => [...keys.values()],
    addSigningKey: async (key) => void keys.set(key.id, key),
    deleteExpiredSigningKeys: async ({ at }) => {
      for (const key of keys.values()) if (key.expiresAt <= at) keys.delete(key.id);
    },
  };
}

function memoryLoginFailures(): Pick<
  MemoryAccountStore,
  'noteLoginFailure' | 'takeLoginTry' | 'countLoginFailures' | 'clearLoginFailures' | 'failureKeys'
> {
  const failures = new Map<string, number[]>();
  return {
    failureKeys: () => [...failures.keys()],
    noteLoginFailure: async ({ key, at, since }) => {
      const kept = (failures.get(key) ?? []).filter((time) => time >= since);
      kept.push(at);
      failures.set(key, kept);
      return kept.length;
    },
    countLoginFailures: async (key, since) => {
      const counted = (failures.get(key) ?? []).filter((time) => time >= since);
      return { count: counted.length, lastAt: counted.at(-1) ?? 0 };
    },
    takeLoginTry: async ({ key, at, since, count }) => {
      const kept = (failures.get(key) ?? []).filter((time) => time >= since);
      if (kept.length !== count || kept.at(-1) === at) return false;
      failures.set(key, [...kept, at]);
      return true;
    },
    clearLoginFailures: async ({ key, at }) => {
      const kept = at === undefined ? [] : (failures.get(key) ?? []).filter((time) => time !== at);
      if (kept.length === 0) failures.delete(key);
      else failures.set(key, kept);
    },
  };
}
