import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BrowseStore } from '../../registry/ports/browse-store.ts';
import type { SearchStore } from '../../registry/ports/search-store.ts';
import { checkSearchedWorlds, searchingPeople } from '../contract/searched-worlds.ts';
import { reads } from '../reads/index.ts';
import { openWriter } from './connection.ts';
import { migrateSqlite } from './sqlite-schema.ts';
import { SqliteSession } from './sqlite-session.ts';

test('searches show what a plain model finds, whatever the roles are', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-search-'));
  const path = join(directory, 'metadata.db');
  const db = openWriter(path, 'relaxed');
  try {
    await migrateSqlite(db, path);
    const session = new SqliteSession(db, path);
    db.exec(searchingPeople);
    const eve = (await session.get<{ id: number }>('select id from users'))?.id ?? assert.fail();
    const fill = async (text: string) => db.exec(`begin; ${text}; commit`);
    const store = {
      searchRepositories: (...asked: Parameters<BrowseStore['searchRepositories']>) => reads.searchRepositories(session, ...asked),
      searchTags: (...asked: Parameters<SearchStore['searchTags']>) => reads.searchTags(session, ...asked),
    };
    await checkSearchedWorlds({ fill, bytes: 'zeroblob(32)', store, eve }, 50);
  } finally {
    db.close();
    await rm(directory, { recursive: true });
  }
});
