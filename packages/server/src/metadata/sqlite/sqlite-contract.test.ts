import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { describeMetadataStore } from '../metadata-contract.ts';
import { openSqliteMetadata } from './sqlite-metadata.ts';

const openIn = (directory: string) => openSqliteMetadata({ path: join(directory, 'metadata.db'), durability: 'relaxed' });
const newDirectory = () => mkdtemp(join(tmpdir(), 'longshore-metadata-'));

let template: Promise<string> | undefined;
after(async () => template && (await rm(await template, { recursive: true })));

/** Copying a migrated database is faster than migrating each. */
async function makeTemplate(): Promise<string> {
  const directory = await newDirectory();
  await (await openIn(directory)).close();
  return directory;
}

describeMetadataStore('SQLite', async () => {
  template ??= makeTemplate();
  const directory = await newDirectory();
  await cp(await template, directory, { recursive: true });
  const store = await openIn(directory);
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
