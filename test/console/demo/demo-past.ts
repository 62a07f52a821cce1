import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestRegistry } from '../../protocol/registry-fixture.ts';
import type { Release } from './demo-images.ts';

const day = 86_400_000;
/** The server writes at times of its own choosing: its writes are waited for. */
const besideServer = { timeout: 60_000 };

/** Makes what was pushed a moment ago look as if it had been pushed when its release says: a registry cannot be told to have a past. */
export function moveToPast({ data }: TestRegistry, releases: readonly Release[]): void {
  using database = new DatabaseSync(join(data, 'longshore.db'), besideServer);
  const tagged = database.prepare(
    `update tags set updated_at = :at, pushed_at = :at where name = :tag and repository_id = (select id from repositories where name = :repository)`,
  );
  const history = database.prepare(
    `update tag_history set at = :at where id = (
       select h.id from tag_history h join repositories r on r.id = h.repository_id where r.name = :repository and h.tag = :tag and h.at > :since
       order by h.id limit 1)`,
  );
  const manifest = database.prepare(
    `update manifests set pushed_at = :at where id = (
       select t.manifest_id from tags t join repositories r on r.id = t.repository_id where r.name = :repository and t.name = :tag)`,
  );
  const promotion = database.prepare(
    `update promotions set at = :at where to_tag = :tag and to_repository_id = (select id from repositories where name = :repository)`,
  );
  const since = Date.now() - day / 24;
  for (const { repository, tags, daysAgo } of releases) {
    const at = Date.now() - Math.round(daysAgo * day);
    for (const tag of tags) {
      promotion.run({ at, repository, tag });
      history.run({ at, repository, tag, since });
      tagged.run({ at, repository, tag });
      manifest.run({ at, repository, tag });
    }
  }
  // What an index lists came a moment before it, and what refers to it soon after.
  database.exec(`update manifests set pushed_at = coalesce((
    select min(i.pushed_at) from manifest_references f join manifests i on i.id = f.manifest_id
    where f.repository_id = manifests.repository_id and f.target = manifests.digest), pushed_at)`);
  database.exec(`update manifests set pushed_at = coalesce((
    select s.pushed_at from manifests s where s.repository_id = manifests.repository_id and s.digest = manifests.subject), pushed_at)
    where subject is not null`);
  database.exec(`update repositories set created_at = coalesce((
    select min(m.pushed_at) from manifests m where m.repository_id = repositories.id), created_at)`);
}

/** Pulls of the last months, more on working days; the same ones every time. */
export function addPulls({ data }: TestRegistry, days: number): void {
  using database = new DatabaseSync(join(data, 'longshore.db'), besideServer);
  const today = Math.floor(Date.now() / day);
  const ofDay = database.prepare(
    'insert into project_pulls (project_id, day, bytes, pulls) select id, :day, :pulls * 1000, :pulls from projects where name = :name on conflict do nothing',
  );
  for (const [name, usual] of [
    ['platform', 900],
    ['shop-dev', 420],
    ['shop-prod', 640],
    ['data', 90],
  ] as const) {
    for (let back = 0; back < days; back += 1) {
      const isWeekend = [2, 3].includes((today - back) % 7);
      const pulls = Math.round(usual * (isWeekend ? 0.25 : 1) * (0.7 + chance(`${name} ${back}`) * 0.6) * (1 - back / (days * 2)));
      ofDay.run({ day: today - back, pulls, name });
    }
  }
  database.exec(`insert into tag_pulls (repository_id, tag, pulls, last_at)
    select repository_id, name, 17 + (repository_id * 7919 + length(name) * 104729 + unicode(name) * 31) % 4000,
      max(updated_at, cast(unixepoch() * 1000 as integer) - (repository_id * 3571 + unicode(name)) % 900 * 60000) from tags where true on conflict do nothing`);
  database.exec(`insert into manifest_pulls (manifest_id, pulls, last_at)
    select t.manifest_id, sum(p.pulls), max(p.last_at) from tags t join tag_pulls p on p.repository_id = t.repository_id and p.tag = t.name
    where true group by t.manifest_id on conflict do nothing`);
}

/** Between 0 and 1, always the same for a text. */
const chance = (text: string): number => createHash('sha256').update(text).digest().readUInt16BE(0) / 65_535;
