import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Agent } from '../../registry/ports/agent.ts';
import type { AuditedResource } from '../../registry/ports/audit-store.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { EventType } from '../../registry/ports/event-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { toColumn } from '../digest-column.ts';
import type { SqlTransaction } from '../sql-session.ts';
import { insertAudit } from './audit.ts';

/** A change as its event row tells it. `data.project`: the project that it is about, where there is no repository. */
export interface Change {
  readonly type: EventType;
  readonly at: Millis;
  readonly by: Agent;
  readonly repository?: RepositoryName;
  readonly digest?: Digest | undefined;
  readonly tag?: Tag;
  readonly data?: Record<string, unknown>;
}

const insertEvent = `insert into events (type, at, actor, repository, digest, tag, data, project_id)
  values (?, ?, ?, ?, ?, ?, ?, (select id from projects where name = ?))`;

/** Writes the event row of a change and its entry of the audit log; call it in the change's own transaction. */
export async function recordChange(sql: SqlTransaction, change: Change): Promise<void> {
  const { type, at, by, repository, digest, tag, data = {} } = change;
  const project = repository === undefined ? projectIn(data) : projectOf(repository);
  await sql.runLast(insertEvent, [
    type,
    at,
    by.actor,
    repository ?? null,
    digest === undefined ? null : toColumn(digest),
    tag ?? null,
    JSON.stringify(data),
    project ?? null,
  ]);
  const detail = { ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }), ...data };
  await insertAudit(sql, {
    at,
    by,
    action: type,
    resource: resourceOf(repository, project),
    project,
    outcome: 'allowed',
    count: 1,
    detail,
  });
}

function projectIn({ project }: Record<string, unknown>): string | undefined {
  return typeof project === 'string' ? project : undefined;
}

function resourceOf(repository: RepositoryName | undefined, project: string | undefined): AuditedResource {
  if (repository !== undefined) return { kind: 'repository', name: repository };
  return project === undefined ? { kind: 'registry', name: '' } : { kind: 'project', name: project };
}
