import type { User } from './account-store.ts';
import type { Agent } from './agent.ts';

/** Makes and changes accounts with secrets that only their owners know. Each rejects with `AccountError` for what cannot be. */
export interface AccountService {
  /** Without `password` a random one is made, and answered this once. */
  addUser(input: {
    name: string;
    password: string | undefined;
    administrator: boolean | undefined;
    by: Agent;
  }): Promise<{ user: User; password?: string }>;
  /** False when the user is gone or has another version than `ifVersion`. */
  changeUser(
    user: User,
    input: {
      ifVersion: number | undefined;
      password: string | undefined;
      administrator: boolean | undefined;
      disabled: boolean | undefined;
      by: Agent;
    },
  ): Promise<boolean>;
  /** `token` is the secret, answered this once; `ttlMs` undefined: good for ever. */
  addToken(user: User, input: { name: string; ttlMs: number | undefined; by: Agent }): Promise<{ id: number; token: string }>;
}
