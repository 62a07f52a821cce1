import type { Tag } from '@longshore/oci';
import type { TagFacts } from '../registry/ports/retention-store.ts';
import { fromColumn } from './digest-column.ts';

/** A tag with what was pushed and pulled when. */
export interface TagFactsRow {
  readonly name: Tag;
  readonly manifest_id: number;
  readonly digest: Uint8Array;
  readonly updated_at: number;
  readonly pushed_at: number | null;
  readonly tag_pulled: number | null;
  readonly manifest_pulled: number | null;
}

/** Columns of `TagFactsRow`. */
export const tagFactsColumns =
  't.name, t.manifest_id, m.digest, t.updated_at, t.pushed_at, tp.last_at as tag_pulled, mp.last_at as manifest_pulled';

/** What they are read from. */
export const tagFactsTables = `tags t join manifests m on m.id = t.manifest_id
  left join tag_pulls tp on tp.repository_id = t.repository_id and tp.tag = t.name
  left join manifest_pulls mp on mp.manifest_id = t.manifest_id`;

/** The beginning of a statement that reads them. */
export const selectTagFacts = `select ${tagFactsColumns} from ${tagFactsTables}`;

/** The row as the core knows it. */
export function toTagFacts(row: TagFactsRow): TagFacts {
  const pulledAt = Math.max(row.tag_pulled ?? 0, row.manifest_pulled ?? 0);
  return {
    name: row.name,
    manifestId: row.manifest_id,
    digest: fromColumn(row.digest),
    pushedAt: Math.max(row.updated_at, row.pushed_at ?? 0),
    pulledAt: pulledAt === 0 ? undefined : pulledAt,
  };
}
