import { setImmediate as nextTurn } from 'node:timers/promises';
import { accessoryTags, type Digest, type RepositoryName, type Tag } from '@longshore/oci';
import type { RemovalPreview, RemovedOfRepository, RetentionStore } from '../registry/ports/retention-store.ts';
import { type KeepingRule, refusalOf, rulesAgainst } from './commands/tag-rules.ts';
import { fromColumn } from './digest-column.ts';
import { afterDoomedTags } from './garbage-conditions.ts';
import { listLooseManifests } from './reads/retention.ts';
import { referenceKind } from './reference-kind.ts';
import { isLeasedTag } from './retention-conditions.ts';
import { chunks, padded, placeholders } from './sql-lists.ts';
import type { SqlSession } from './sql-session.ts';

type Input = Parameters<RetentionStore['previewRemoval']>[0];
type OnTag = Parameters<RetentionStore['previewRemoval']>[1];

/** Rows between two turns of the event loop. */
const turnRows = 50;

/**
 * `RetentionStore.previewRemoval`, in a transaction that sees one snapshot and that the caller ends without keeping anything. What would
 * go is noted in temporary tables, and the conditions look through it.
 */
export async function previewRemoval(sql: SqlSession, input: Input, onTag: OnTag): Promise<RemovalPreview> {
  const idType = sql.dialect === 'sqlite' ? 'integer' : 'bigint';
  const textType = sql.dialect === 'sqlite' ? 'text' : 'text collate "C"';
  await sql.run(`create temporary table doomed_tags (repository_id ${idType}, name ${textType}, primary key (repository_id, name))`);
  await sql.run(`create temporary table doomed_manifests (id ${idType} primary key)`);
  await sql.run(`create temporary table doomed_links (repository_id ${idType}, blob_id ${idType}, primary key (repository_id, blob_id))`);
  await sql.run('create index doomed_links_by_blob on doomed_links (blob_id, repository_id)');
  // Manifests that lost something and are not looked at yet; in the order of their ids, again and again until none is left.
  await sql.run(`create temporary table asked_manifests (id ${idType} primary key)`);
  const preview = new Preview(sql, input, onTag);
  for await (const { repositoryId, names } of input.tags) {
    for (const chunk of chunks(names)) await preview.doomTags(repositoryId, chunk);
    await preview.endBatch();
  }
  if (input.loose !== undefined) await preview.askLoose(input.loose);
  await preview.followManifests();
  const { repositories, tags, manifests } = preview;
  return { repositories, tags, manifests, bytes: await preview.countBytes() };
}

class Preview {
  tags = 0;
  manifests = 0;
  readonly repositories = new Map<number, RemovedOfRepository>();
  readonly #sql: SqlSession;
  readonly #input: Input;
  readonly #onTag: OnTag;
  #rules: { readonly repositoryId: number; readonly rules: readonly KeepingRule[] } | undefined;

  constructor(sql: SqlSession, input: Input, onTag: OnTag) {
    this.#sql = sql;
    this.#input = input;
    this.#onTag = onTag;
  }

  #count(repositoryId: number, { tags, manifests }: RemovedOfRepository): void {
    const known = this.repositories.get(repositoryId) ?? { tags: 0, manifests: 0 };
    this.repositories.set(repositoryId, { tags: known.tags + tags, manifests: known.manifests + manifests });
    this.tags += tags;
    this.manifests += manifests;
  }

  /** The rules that keep tags of a repository from retention, which has no role; of the one that was asked for last. */
  async #rulesOf(repositoryId: number): Promise<readonly KeepingRule[]> {
    if (this.#rules?.repositoryId !== repositoryId) {
      const repository = await this.#sql.get<{ project_id: number; name: RepositoryName }>(
        'select r.project_id, r.name from repositories r where r.id = ?',
        [repositoryId],
      );
      this.#rules = {
        repositoryId,
        rules: repository === undefined ? [] : await rulesAgainst(this.#sql, repository, 'delete', { roles: [] }),
      };
    }
    return this.#rules.rules;
  }

  /** Lets requests have the event loop; throws when the preview was aborted. */
  async endBatch(): Promise<void> {
    await nextTurn();
    this.#input.signal.throwIfAborted();
  }

  /** Dooms those of the tags that are there, not leased, and kept by no rule over tags, and asks for their manifests. */
  async doomTags(repositoryId: number, asked: readonly Tag[]): Promise<void> {
    const { at } = this.#input;
    const rules = await this.#rulesOf(repositoryId);
    const names = asked.filter((name) => {
      const keptByRule = refusalOf(rules, name) !== undefined;
      if (keptByRule) this.#onTag({ repositoryId, name, keptByRule });
      return !keptByRule;
    });
    if (names.length === 0) return;
    const list = padded(names);
    const rows = await this.#sql.all<{ name: Tag }>(
      `insert into doomed_tags (repository_id, name)
       select t.repository_id, t.name from tags t join manifests m on m.id = t.manifest_id
       where t.repository_id = ? and t.name in (${placeholders(list.length)}) and not ${isLeasedTag}
       on conflict do nothing returning name`,
      [repositoryId, ...list, at, at],
    );
    if (rows.length === 0) return;
    const doomed = padded(rows.map(({ name }) => name));
    await this.#sql.run(
      `insert into asked_manifests (id)
       select distinct t.manifest_id from tags t where t.repository_id = ? and t.name in (${placeholders(doomed.length)})
       on conflict do nothing`,
      [repositoryId, ...doomed],
    );
    this.#count(repositoryId, { tags: rows.length, manifests: 0 });
    for (const { name } of rows) this.#onTag({ repositoryId, name, keptByRule: false });
  }

  /** Asks for every manifest of the repositories that nothing holds. */
  async askLoose({ repositoryIds, before }: NonNullable<Input['loose']>): Promise<void> {
    for (const repositoryId of repositoryIds) {
      let cursor: string | undefined;
      do {
        const page = await listLooseManifests(this.#sql, repositoryId, before, cursor);
        for (const id of page.items) await this.#sql.run('insert into asked_manifests (id) values (?) on conflict do nothing', [id]);
        cursor = page.cursor;
        await this.endBatch();
      } while (cursor !== undefined);
    }
  }

  /** Dooms every manifest that was asked for and that nothing holds, with its tags of signatures, and asks for what it held. */
  async followManifests(): Promise<void> {
    for (;;) {
      const rows = await this.#sql.all<{ id: number; repository_id: number; digest: Uint8Array }>(
        `select m.id, m.repository_id, m.digest from asked_manifests a join manifests m on m.id = a.id order by a.id limit ${turnRows}`,
      );
      if (rows.length === 0) return;
      for (const row of rows) {
        await this.#sql.run('delete from asked_manifests where id = ?', [row.id]);
        await this.#follow(row.id, row.repository_id, fromColumn(row.digest));
      }
      await this.endBatch();
    }
  }

  async #follow(id: number, repositoryId: number, digest: Digest): Promise<void> {
    const { before, at } = this.#input;
    const condition = afterDoomedTags.untagged(before, at);
    const isDoomed = await this.#sql.run(
      `insert into doomed_manifests (id) select manifests.id from manifests where manifests.id = ? and ${condition.text}
       on conflict do nothing`,
      [id, ...condition.params],
    );
    if (isDoomed === 0) return;
    this.#count(repositoryId, { tags: 0, manifests: 1 });
    await this.doomTags(repositoryId, accessoryTags(digest));
    await this.#sql.run(
      `insert into asked_manifests (id)
       select child.id from manifest_references mr
       join manifests child on child.repository_id = mr.repository_id and child.digest = mr.target
       where mr.manifest_id = ? and mr.kind = ${referenceKind.manifest}
       union select referrer.id from manifests gone join manifests referrer
         on referrer.repository_id = gone.repository_id and referrer.subject = gone.digest
       where gone.id = ?
       on conflict do nothing`,
      [id, id],
    );
  }

  /** The bytes of blobs that no manifest but the doomed needs. Blobs that are younger than the grace of a garbage collection count too. */
  async countBytes(): Promise<number> {
    const links = afterDoomedTags.unreferenced(Number.MAX_SAFE_INTEGER, this.#input.at);
    const eachManifest = async (work: (id: number) => Promise<void>): Promise<void> => {
      for (let after = 0; ; ) {
        const rows = await this.#sql.all<{ id: number }>(`select id from doomed_manifests where id > ? order by id limit ${turnRows}`, [
          after,
        ]);
        for (const { id } of rows) await work(id);
        after = rows.at(-1)?.id ?? after;
        if (rows.length < turnRows) return;
        await this.endBatch();
      }
    };
    let bytes = 0;
    await eachManifest(async (id) => {
      await this.#sql.run(
        `insert into doomed_links (repository_id, blob_id)
         select repository_blobs.repository_id, repository_blobs.blob_id
         from manifest_references mr cross join blobs cross join repository_blobs
         where mr.manifest_id = ? and mr.kind = ${referenceKind.blob} and blobs.digest = mr.target
           and repository_blobs.repository_id = mr.repository_id and repository_blobs.blob_id = blobs.id and ${links.text}
         on conflict do nothing`,
        [id, ...links.params],
      );
    });
    const placements = afterDoomedTags.unlinked(Number.MAX_SAFE_INTEGER, this.#input.at);
    for (let after = { repository_id: 0, blob_id: 0 }; ; ) {
      const rows = await this.#sql.all<{ repository_id: number; blob_id: number }>(
        `select repository_id, blob_id from doomed_links where (repository_id, blob_id) > (?, ?)
         order by repository_id, blob_id limit ${turnRows}`,
        [after.repository_id, after.blob_id],
      );
      for (const { repository_id: repositoryId, blob_id: blobId } of rows) {
        // Counted with the first of the links that go.
        const row = await this.#sql.get<{ size: number }>(
          `select b.size from blob_placements join blobs b on b.id = blob_placements.blob_id
           where blob_placements.blob_id = ? and ${placements.text}
             and not exists (select 1 from doomed_links dl where dl.blob_id = ? and dl.repository_id < ?)`,
          [blobId, ...placements.params, blobId, repositoryId],
        );
        bytes += row?.size ?? 0;
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < turnRows) return bytes;
      after = last;
      await this.endBatch();
    }
  }
}
