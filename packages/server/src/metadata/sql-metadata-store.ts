import type { MetadataStore } from '../registry/ports/metadata-store.ts';
import type { RemovalPreview } from '../registry/ports/retention-store.ts';
import type { CommandInput, CommandName, CommandOutput, Execute } from './commands/index.ts';
import { commands } from './commands/index.ts';
import { previewGarbage } from './garbage-preview.ts';
import { reads } from './reads/index.ts';
import { previewRemoval } from './retention-preview.ts';
import type { SqlSession } from './sql-session.ts';

/** What one kind of database brings: a session for reads of one statement, and a way to run commands. */
export interface SqlDatabase {
  readonly reader: SqlSession;
  readonly execute: Execute;
  /** Shows `work` one unchanging view, in which it may have temporary tables; keeps no writer waiting. Nothing it wrote stays. */
  readonly snapshot: (work: (sql: SqlSession) => Promise<void>) => Promise<void>;
  /** Finishes what was begun, then lets go of the database. */
  readonly close: () => Promise<void>;
}

type Reads = typeof reads;
type WithoutSession<F> = F extends (sql: SqlSession, ...rest: infer A) => infer R ? (...rest: A) => R : never;
type BoundReads = { [N in keyof Reads]: WithoutSession<Reads[N]> };
type BoundCommands = { [N in CommandName]: (input?: CommandInput<N>) => Promise<CommandOutput<N>> };

/** The port on top of a database: every read and every command becomes a method of the same name. */
export function createSqlMetadataStore(database: SqlDatabase): MetadataStore {
  const { reader, execute, snapshot, close } = database;
  const boundReads = Object.fromEntries(
    Object.entries(reads).map(([name, read]) => [name, (...rest: unknown[]) => (read as (...all: unknown[]) => unknown)(reader, ...rest)]),
  ) as BoundReads;
  const boundCommands = Object.fromEntries(
    Object.keys(commands).map((name) => [name, (input: unknown) => execute(name as CommandName, input as CommandInput<CommandName>)]),
  ) as BoundCommands;
  return {
    ...boundReads,
    ...boundCommands,
    previewGarbage: (limits, onFound) => snapshot((sql) => previewGarbage(sql, limits, onFound)),
    previewRemoval: async (input, onTag) => {
      const found = Promise.withResolvers<RemovalPreview>();
      await snapshot(async (sql) => found.resolve(await previewRemoval(sql, input, onTag)));
      return found.promise;
    },
    changeMark: () => undefined,
    close,
  };
}
