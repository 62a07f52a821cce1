import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { EventType } from '../../registry/ports/event-store.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlTransaction } from '../sql-session.ts';

/** A change as its event row tells it. */
export interface Change {
  readonly type: EventType;
  readonly at: Millis;
  readonly by: Agent;
  readonly repository?: RepositoryName;
  readonly digest?: Digest | undefined;
  readonly tag?: Tag;
  readonly data?: Record<string, unknown>;
}

/** Writes the event row of a change; call it in the change's own transaction. */
export async function recordChange(sql: SqlTransaction, change: Change): Promise<void> {
  await sql.runLast('insert into events (type, at, actor, repository, digest, tag, data) values (?, ?, ?, ?, ?, ?, ?)', [
    change.type,
    change.at,
    change.by.actor,
    change.repository ?? null,
    change.digest === undefined ? null : toColumn(change.digest),
    change.tag ?? null,
    JSON.stringify(change.data ?? {}),
  ]);
}
