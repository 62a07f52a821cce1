import { usageQueries } from '../crash/leak-queries.ts';
import { scrape } from '../operating/scrape.ts';
import { HttpClient } from '../protocol/http-client.ts';
import { until } from '../security/until.ts';
import type { Query } from './arena.ts';

/** What `/metrics` says of the content, and the SQL that counts it in one go. */
const inventory: Readonly<Record<string, string>> = {
  registry_repositories: 'select count(*) as figure from repositories',
  registry_image_count: 'select count(*) as figure from manifests',
  registry_tags: 'select count(*) as figure from tags',
  registry_uploads_open: 'select count(*) as figure from uploads',
  registry_blobs: 'select count(*) as figure from blob_placements',
  registry_storage_bytes_total: 'select coalesce(sum(size), 0) as figure from blob_placements join blobs on blobs.id = blob_id',
};

/** Usage and links that differ from what they are sums of. */
export async function recountUsage(query: Query): Promise<string[]> {
  const found: string[] = [];
  for (const [name, sql] of Object.entries(usageQueries)) {
    for (const { what } of await query<{ what: string | number }>(sql)) found.push(`${name}: ${what}`);
  }
  return found;
}

/** Figures of `/metrics` of a server that differ from what is stored; nobody may be writing, and none may have asked it before. */
export async function recountInventory(url: string, query: Query): Promise<string[]> {
  const client = new HttpClient(url);
  try {
    // A count that takes long is there for who asks next.
    await until(async () => (await scrape(client)).names.includes('registry_tags'));
    const figures = await scrape(client);
    const found: string[] = [];
    for (const [name, sql] of Object.entries(inventory)) {
      const [row] = await query<{ figure: number }>(sql);
      if (row?.figure !== figures.sum(name)) found.push(`${url} says ${name} ${figures.sum(name)}, and there are ${row?.figure}`);
    }
    return found;
  } finally {
    client.close();
  }
}
