// How both databases go about every list that the management API has, in tables that are filled: what is asked comes from the API's own
// description, so that a list which is new is asked too.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RoleAuthorizer } from '../../packages/server/src/access/authorizer.ts';
import { apiRoutes } from '../../packages/server/src/api-routes.ts';
import { ThreadedComparer } from '../../packages/server/src/comparing/image-comparer.ts';
import { createFeatures } from '../../packages/server/src/features/index.ts';
import { ApiError } from '../../packages/server/src/management/problems.ts';
import type { Route } from '../../packages/server/src/management/route.ts';
import type { CoreRouteDeps } from '../../packages/server/src/management/routes/index.ts';
import { digestOfNumber } from '../../packages/server/src/metadata/large-registry-bench.ts';
import { people } from '../../packages/server/src/metadata/large-tenancy-bench.ts';
import { MeasuredSession } from '../../packages/server/src/metadata/postgres/measured-session-bench.ts';
import { PostgresBench } from '../../packages/server/src/metadata/postgres/postgres-bench.ts';
import { createSqlMetadataStore } from '../../packages/server/src/metadata/sql-metadata-store.ts';
import type { SqlSession } from '../../packages/server/src/metadata/sql-session.ts';
import { openWriter } from '../../packages/server/src/metadata/sqlite/connection.ts';
import { PlannedSession } from '../../packages/server/src/metadata/sqlite/planned-session-bench.ts';
import { migrateSqlite } from '../../packages/server/src/metadata/sqlite/sqlite-schema.ts';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import type { Principal } from '../../packages/server/src/registry/ports/authorizer.ts';
import type { MetadataStore } from '../../packages/server/src/registry/ports/metadata-store.ts';
import { namesOfProject } from '../../packages/server/src/registry/repository-pattern.ts';
import { type ListRequest, listRequests, pageEntries } from './list-requests.ts';
import { listedRows, registrySize, tenancySize } from './listed-rows.ts';

/** The store over one session that only reads. */
function storeOver(reader: SqlSession): MetadataStore {
  const refuse = async (): Promise<never> => assert.fail('a list writes nothing');
  return createSqlMetadataStore({ reader, execute: refuse, snapshot: refuse, close: async () => undefined });
}

/** The operations over this store: whichever port a list asks for something of that name, it is the store. */
function routesOver(store: MetadataStore): Promise<readonly Route[]> {
  const authorizer = new RoleAuthorizer({ access: store, anonymous: 'none', createOnPush: 'nobody' });
  const known: Readonly<Record<string, unknown>> = {
    ...store,
    clock: Date.now,
    now: Date.now,
    authorizer,
    comparer: new ThreadedComparer(() => Promise.resolve()),
  };
  const ports: unknown = new Proxy(Object, { get: (_, name) => known[String(name)] ?? ports });
  return apiRoutes(ports as CoreRouteDeps, createFeatures(ports as Parameters<typeof createFeatures>[0]));
}

async function principalOf(store: MetadataStore, name: string): Promise<Principal> {
  const user = (await store.findUser({ name })) ?? assert.fail(name);
  return { subject: { kind: 'user', id: user.id, name, administrator: user.administrator }, limit: undefined, credential: 'password' };
}

/** Asks for the first two pages of every list, as an administrator and as somebody with roles in all projects. */
async function askAll(session: SqlSession & { label: string }): Promise<void> {
  const store = storeOver(session);
  const requests = listRequests(await routesOver(store));
  const full = new Set<string>();
  for (const name of [people.administrator, people.stranger]) {
    const principal = await principalOf(store, name);
    // Whom a list is for makes no difference to how filters meet.
    for (const request of name === people.administrator ? requests : requests.filter(({ filters }) => filters === 0)) {
      session.label = `${request.label} (${name})`;
      const next = await ask(request, principal, undefined);
      if (next === undefined) continue;
      full.add(request.route.operationId);
      session.label = `${request.label}, second page (${name})`;
      await ask(request, principal, next);
    }
  }
  const lists = new Set(requests.map(({ route }) => route.operationId));
  assert.ok(lists.size >= 28, `only ${lists.size} lists`);
  assert.deepEqual(
    [...lists].filter((list) => !full.has(list)),
    [],
    'lists without a second page in listed-rows.ts',
  );
}

/** Answers the cursor of the next page. */
async function ask({ route, params, query }: ListRequest, principal: Principal, cursor: string | undefined): Promise<string | undefined> {
  try {
    const answer = await route.handle({
      operationId: route.operationId,
      params,
      query: cursor === undefined ? query : { ...query, cursor },
      body: undefined,
      principal,
      by: systemAgent('test'),
      ifMatch: undefined,
      signal: new AbortController().signal,
    });
    return answer.next;
  } catch (error) {
    // Filters and orders that do not go together.
    if (error instanceof ApiError && error.code === 'invalid-request') return undefined;
    throw error;
  }
}

/** What a statement for a page may read at most, where nothing below says more. */
const mostRows = 15 * pageEntries;
const { projects } = registrySize;
/** Of which lists a statement may read more, and why. */
const longer: readonly (readonly [RegExp, number])[] = [
  // Filters that seldom meet, up to as many entries as a page looks through.
  [/^list(Project)?Audit /, 1000 + mostRows],
  // Orders that every push changes, and shares of limits: the accounts, of which each project has one.
  [/^listQuotas .*(sort=-|over=)/, 2 * projects + mostRows],
  // One robot, looked for among those of its project, which has a quarter of them all.
  [/^listProjectRobotTrusts\b/, tenancySize.robots / 4 + mostRows],
  // In the order of names, which a group's members are only sorted to.
  [/^listGroupMembers /, 2 * tenancySize.users],
  // Two filters of which each is true of many projects, or a filter in an order that is not its own; roles in all projects, each looked at.
  [/^listProjects .*(=.*=|user0003)/, 5 * projects],
  [/^searchRepositories .*=.*user0003/, 3 * projects],
  // Without a term it is the catalog: repositories that hold nothing are passed over, and there are 3,000 of them at the beginning of the names.
  [/^searchRepositories(, second page)? \(/, 2 * registrySize.repositories + projects + mostRows],
];
const mostOf = (label: string): number => longer.find(([pattern]) => pattern.test(label))?.[1] ?? mostRows;

/** For which lists SQLite may take which steps that go through something or sort it, and why. */
const steps: readonly (readonly [RegExp, RegExp])[] = [
  // What a statement has cut from a table before; an unsorted table would be sorted too.
  [/./, /^SCAN (CONSTANT ROW|a|made|page|seen|public_ones|internal_ones|of_projects|of_project_\d+|piece)$/],
  // As above.
  [/^listQuotas .*(sort=-|over=)/, /^SCAN [up]$|FOR ORDER BY$/],
  [/^listGroupMembers /, /FOR ORDER BY$/],
  [/^listProjects sort=-createdAt/, /^SCAN p USING INDEX projects_by_creation$|FOR ORDER BY$/],
  [/^(listProjects|searchRepositories) .*user0003/, /FOR ORDER BY$/],
  [/^searchRepositories(, second page)? \(user0003/, /FOR LAST TERM OF ORDER BY$/],
  // Statistics say that there is one comparison here; there are never more than two hundred.
  [/^listComparedFiles /, /^SCAN c$|FOR ORDER BY$/],
  // What belongs to the entries of a page.
  [/^list(Project)?Robot(s|Trusts) /, /FOR ORDER BY$/],
];
const isFine = (label: string, step: string): boolean => steps.some(([list, fine]) => list.test(label) && fine.test(step));

test('SQLite finds every page along an index, without statistics and with them', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-list-plans-'));
  const path = join(directory, 'metadata.db');
  const db = openWriter(path, 'relaxed');
  try {
    await migrateSqlite(db, path);
    db.function('digest_of_number', { deterministic: true }, (number) => digestOfNumber(Number(number)));
    db.exec(`pragma foreign_keys = off; begin; ${listedRows('sqlite').join(';')}; commit`);
    for (const statistics of ['select 1', 'analyze']) {
      db.exec(statistics);
      const session = new PlannedSession(db, path, isFine);
      await askAll(session);
      assert.deepEqual(session.walks, [], statistics);
    }
  } finally {
    db.close();
    await rm(directory, { recursive: true });
  }
});

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  test('PostgreSQL reads about what a page shows, with statistics and plans for any value', async () => {
    const session = await MeasuredSession.open(await bench.newDatabase(), listedRows('postgres'), mostOf);
    try {
      await askAll(session);
      session.label = 'listUnforwarded';
      await storeOver(session).listUnforwarded({ sink: 'one', at: Date.now(), limit: pageEntries });
      session.label = 'a decision about somebody with roles in all projects';
      const { subject } = await principalOf(storeOver(session), people.stranger);
      const holder = subject.kind === 'user' ? { kind: subject.kind, id: subject.id } : undefined;
      await storeOver(session).findAccess(holder, { project: 'project0700', ...namesOfProject('project0700') });
      assert.deepEqual(session.walks, []);
    } finally {
      await session.close();
    }
  });
}
