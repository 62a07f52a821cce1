import type { User } from '../registry/ports/account-store.ts';
import type { Subject } from '../registry/ports/authorizer.ts';

/** The subject that a user's row, as just read, stands for. */
export function subjectOf(user: User): Subject {
  return { kind: 'user', id: user.id, name: user.name, administrator: user.administrator };
}
