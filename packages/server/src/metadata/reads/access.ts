import type { AccessRange, HeldAccess, NamedProject, ProjectVisibility, RoleHolder } from '../../registry/ports/access.ts';
import type { SqlSession, SqlValue } from '../sql-session.ts';
import { beforeNames } from '../visibility-condition.ts';

interface AccessRow {
  readonly project_id: number | null;
  readonly visibility: ProjectVisibility | null;
  readonly role: string | null;
  readonly actions: number | null;
}

const ofProject = `select p.id as project_id, p.visibility, null as role, null as actions from projects p where p.name = ?`;
const select = 'select null as project_id, null as visibility, ro.name as role, ro.actions';
/** Bindings of the whole registry, and of a project: the sum keeps its column's type out of it, which would keep SQLite from the index. */
const everywhere = '0';
const inProject = '(select p.id + 0 from projects p where p.name = ?)';

/** By one key of the index: for a list of keys PostgreSQL would go through everything that the subject holds. */
const covering = (scope: string) => `coalesce(b.project_id, 0) = ${scope} and b.range_low <= ? and b.range_high >= ?`;
const ofHolder = (scope: string) => `${select} from role_bindings b join roles ro on ro.id = b.role_id
  where b.subject_kind = ? and b.subject_id = ? and ${covering(scope)}`;
// A cross join, whose order SQLite keeps: it would otherwise go through the roles of all groups, for every decision.
const ofGroups = (scope: string) => `${select} from group_members gm cross join role_bindings b
  join roles ro on ro.id = b.role_id where b.subject_kind = 'group' and b.subject_id = gm.group_id and gm.user_id = ? and ${covering(scope)}`;

/** `AccessStore.findAccess`. */
export async function findAccess(sql: SqlSession, holder: RoleHolder | undefined, range: AccessRange): Promise<HeldAccess> {
  const project = range.project ?? null;
  const texts = [ofProject];
  const params: SqlValue[] = [project];
  for (const scope of project === null ? [everywhere] : [everywhere, inProject]) {
    const covered = [...(scope === inProject ? [project] : []), range.low, range.high];
    if (holder !== undefined) {
      texts.push(ofHolder(scope));
      params.push(holder.kind, holder.id, ...covered);
    }
    if (holder?.kind === 'user') {
      texts.push(ofGroups(scope));
      params.push(holder.id, ...covered);
    }
  }
  const rows = await sql.all<AccessRow>(texts.join(' union all '), params);
  return toAccess(rows);
}

function toAccess(rows: readonly AccessRow[]): HeldAccess {
  let project: HeldAccess['project'];
  const roles = new Map<string, { name: string; actions: number }>();
  for (const { project_id: id, visibility, role, actions } of rows) {
    if (id !== null && visibility !== null) project = { id, visibility };
    // Roles of one name, of the registry and of the project, are two: each gives what it has.
    if (role !== null && actions !== null) roles.set(`${role} ${actions}`, { name: role, actions });
  }
  return { project, roles: [...roles.values()].sort((left, right) => (left.name < right.name ? -1 : 1)) };
}

/** `AccessStore.listNamedProjects`. */
export function listNamedProjects(sql: SqlSession, limit: number): Promise<NamedProject[]> {
  return sql.all<NamedProject>('select p.id, p.name from projects p where p.name > ? order by p.name limit ?', [beforeNames, limit]);
}

/** `AccessStore.listRolesOfUser`. */
export async function listRolesOfUser(
  sql: SqlSession,
  userId: number,
): Promise<{ project: string | undefined; pattern: string; role: string }[]> {
  const rows = await sql.all<{ project: string | null; pattern: string; role: string }>(
    `select p.name as project, b.pattern, ro.name as role
     from role_bindings b join roles ro on ro.id = b.role_id left join projects p on p.id = b.project_id
     where b.subject_kind = 'user' and b.subject_id = ? and (p.id is null or p.deleted_at is null)
     order by p.name, b.pattern, ro.name`,
    [userId],
  );
  return rows.map(({ project, pattern, role }) => ({ project: project ?? undefined, pattern, role }));
}
