import type { AccountService } from '../registry/ports/account-service.ts';
import type { AccountStore } from '../registry/ports/account-store.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import { addUser, changeUser, createAccessToken } from './accounts.ts';

/** The accounts of a store. */
export function createAccountService(accounts: AccountStore, clock: () => Millis): AccountService {
  return {
    addUser: (input) => addUser(accounts, { ...input, now: clock() }),
    changeUser: (user, input) => changeUser(accounts, user, { ...input, now: clock() }),
    addToken: (user, input) => createAccessToken(accounts, user, { ...input, now: clock() }),
  };
}
