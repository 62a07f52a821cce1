import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { StorageError } from '../../registry/ports/blob-store.ts';
import type { Execute } from '../commands/index.ts';
import { describeMetadataStore } from '../metadata-contract.ts';
import { createSqlMetadataStore } from '../sql-metadata-store.ts';
import type { SqlRow, SqlValue } from '../sql-session.ts';
import { openSnapshot, openWriter } from './connection.ts';
import { commitTogether } from './group-commit.ts';
import { migrateSqlite } from './sqlite-schema.ts';
import { SqliteSession } from './sqlite-session.ts';

/** What SQLite calls a scan and may: a row that is no table's, few rows by nature, and the first of an order that the table has. */
const harmless = [
  /^SCAN (CONSTANT|\d+ CONSTANT ROWS|\d+-ROW VALUES CLAUSE)/,
  /^SCAN (stores|s|signing_keys|audit_sinks)\b/,
  // One small row for each project: an index on what every push changes would cost more.
  /^SCAN (u|p|p USING COVERING INDEX \w+): select p.name, u.version, .* from usage u join projects p .* order by (u.bytes|case .* end) desc, p.name limit \?$/,
  /^SCAN v: insert into (\w+_pulls|image_words) .* from \(values /,
  // A piece of a count, of at most as many rows as its limit.
  /^SCAN (uncounted|piece): /,
  // What a page of the log looks through, likewise.
  /^SCAN a: select .* limit 1000\) a where /,
  // As many promotions as a page may need, likewise.
  /^SCAN made: select .* limit \?\) made join /,
  // What a search asks of so many projects, likewise, and where the tags of their repositories begin.
  /^SCAN (asked|begins): /,
  // A page of each of so many projects, likewise.
  /^SCAN of_project_\d+: /,
  // A page of a list, likewise.
  /^SCAN page: /,
  // Those that fail and those that are disabled, each along an index of nothing else and as many as its limit.
  /^SCAN (failing|disabled|webhooks USING INDEX webhooks_disabled): select w.id, w.name, .* limit \?$/,
  // Pages of projects, of as many as their limit, and the projects in which somebody has a role.
  /^SCAN (public_ones|internal_ones|seen): /,
  /^SCAN u .* from users u order by u.name$/,
  // A page along an index of all projects, from its beginning; those that are closed to an address are passed over.
  /^SCAN p USING INDEX projects_by_creation: .* order by p.created_at desc, p.id desc limit \?$/,
  // Two hundred results are kept, and whoever starts one more has them counted; ranking them reads each.
  /^SCAN c: select count\(\*\) as count from comparisons c join jobs j /,
  /^SCAN (comparisons|ranked|\(subquery-\d+\)): delete from comparisons where id in \( select id from \(select id, row_number\(\) /,
  // Whether there is any, of few: those of projects that are closed to some.
  /^SCAN closed_addresses: select 1 from closed_addresses limit 1$/,
  /^SCAN c: select 1 as found from closed_addresses c (where c.low <= \? and c.high >= \? )?limit 1$/,
  // As many as its limit; those that are closed to an address are passed over.
  /^SCAN p USING COVERING INDEX \w+: select p.id from projects p where not exists \(.*\) limit 500$/,
  // The first of a temporary table, in the order of its key.
  /^SCAN a: select .* from asked_manifests a join manifests m on m.id = a.id order by a.id limit 50$/,
  /^SCAN events: select at from events order by id limit 1$/,
];

/** The plan of every statement that the contract makes, by its text. */
const plans = new Map<string, readonly string[]>();

/** Notes how SQLite would go through the tables: without statistics, as in a new database, and whatever they hold. */
class PlannedSession extends SqliteSession {
  readonly #connection: DatabaseSync;

  constructor(connection: DatabaseSync, path: string) {
    super(connection, path);
    this.#connection = connection;
  }

  override all<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T[]> {
    this.#note(text);
    return super.all(text, params);
  }

  override get<T extends SqlRow>(text: string, params?: readonly SqlValue[]): Promise<T | undefined> {
    this.#note(text);
    return super.get(text, params);
  }

  override run(text: string, params?: readonly SqlValue[]): Promise<number> {
    this.#note(text);
    return super.run(text, params);
  }

  #note(text: string): void {
    if (plans.has(text) || text.startsWith('create ')) return;
    const steps = this.#connection.prepare(`explain query plan ${text}`).all();
    plans.set(
      text,
      steps.map((step) => String(step['detail'])),
    );
  }
}

/** The store on one connection, so that every statement passes the session above. */
async function openPlanned() {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-plans-'));
  const path = join(directory, 'metadata.db');
  const db = openWriter(path, 'relaxed');
  await migrateSqlite(db, path);
  const session = new PlannedSession(db, path);
  let turn: Promise<unknown> = Promise.resolve();
  const execute: Execute = (name, input) => {
    const answered = turn.then(async () => {
      const [answer] = await commitTogether({ db, path, session, durability: 'relaxed' }, [{ id: 1, name, input }]);
      assert.ok(answer !== undefined);
      if ('storage' in answer) throw new StorageError(answer.storage.reason, answer.storage.message, answer.storage);
      if ('defect' in answer) throw new Error(answer.defect.message);
      return answer.value as never;
    });
    turn = answered.catch(() => undefined);
    return answered;
  };
  const store = createSqlMetadataStore({
    reader: session,
    execute,
    snapshot: async (work) => {
      const snapshot = openSnapshot(path);
      await work(new PlannedSession(snapshot, path)).finally(() => snapshot.close());
    },
    close: async () => {
      if (db.isOpen) db.close();
    },
  });
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

describe('query plans', () => {
  describeMetadataStore('SQLite on one connection', openPlanned);

  it('go through no table that grows', () => {
    assert.ok(plans.size > 100, `only ${plans.size} statements were seen`);
    const scans = [...plans].flatMap(([text, steps]) =>
      steps
        .map((step) => `${step}: ${text.replaceAll(/\s+/g, ' ').trim()}`)
        .filter((line) => line.startsWith('SCAN ') && !harmless.some((pattern) => pattern.test(line))),
    );
    assert.deepEqual(scans, []);
  });

  it('find the trusts of a robot by the robot, and others by their issuer', () => {
    const used = [...plans]
      .filter(([text]) => /from robot_trusts t .* t.kind = \? and t.issuer = \?/s.test(text))
      .map(([text, steps]) => [text.includes('t.robot_id = (select'), steps.filter((step) => / t USING |TEMP B-TREE/.test(step))]);
    const ofIssuer = [false, ['SEARCH t USING INDEX robot_trusts_by_issuer (kind=? AND issuer=?)']];
    const ofRobot = [true, ['SEARCH t USING INDEX robot_trusts_by_robot (robot_id=?)']];
    assert.deepEqual(used.toSorted(), [ofIssuer, ofIssuer, ofRobot, ofRobot]);
  });

  it('find the roles of a group by the group, and build no index on the way', () => {
    const walks = [...plans].flatMap(([text, steps]) =>
      steps
        .filter((step) => step.endsWith(' role_bindings_once (subject_kind=?)') || step.includes('AUTOMATIC'))
        .map((step) => [step, text]),
    );
    assert.deepEqual(walks, []);
  });

  it('find the links of a list of blobs without those of the whole repository', () => {
    const lists = [...plans].filter(([text]) => /\brepository_blobs\b/.test(text) && /\bin \(\?(, \?){15,}\)/.test(text));
    assert.ok(lists.length > 0, 'no long list was seen');
    const walks = lists.flatMap(([, steps]) => steps.filter((step) => step.endsWith('(repository_id=?)')));
    assert.deepEqual(walks, []);
  });
});
