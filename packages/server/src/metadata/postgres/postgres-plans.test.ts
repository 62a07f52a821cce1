import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { renewLinks } from '../commands/manifest-references.ts';
import { app, newDigest } from '../contract/contract-steps.ts';
import { checkSearchedWorlds, searchingPeople } from '../contract/searched-worlds.ts';
import { reads } from '../reads/index.ts';
import { ExplainedTransaction } from './explained-transaction-bench.ts';
import { PostgresBench } from './postgres-bench.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  test('a page of a list costs what it shows, however many there are', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        insert into projects (name, store_id, created_at, created_by) select 'team', id, 1, 'x' from stores;
        insert into repositories (project_id, name, created_at) select 1, 'team/r' || i, 1 from generate_series(1, 3000) i;
        insert into manifests (repository_id, digest, media_type, size, subject, pushed_at, pushed_by, renewed_at, bytes)
          select id, sha256(name::bytea), 'm', 1, sha256('subject'), 1, 'x', 1, '' from repositories;
        insert into tags (repository_id, name, manifest_id, updated_at, updated_by) select 1 + i % 50, 't' || i, 1, 1, 'x' from generate_series(1, 20000) i;
        insert into tag_history (repository_id, tag, actor, at) select 1 + i % 50, 't' || i % 5, 'x', 1 from generate_series(1, 20000) i;
        analyze;
        set plan_cache_mode = force_generic_plan`);
      const session = new ExplainedTransaction(client);
      await reads.listTags(session, app, { limit: 100 });
      await reads.listReferrers(session, app, newDigest(), undefined, { limit: 100 });
      await reads.listTagHistory(session, app, 't' as never, 100);
      await reads.listRepositories(session, { kind: 'everything' }, { limit: 100 });
      assert.equal(session.plans.length, 5);
      for (const plan of session.plans) assert.doesNotMatch(plan, /Sort|Seq Scan|Hash/, plan);
    } finally {
      await client.end();
    }
  });

  test('the trusts of a robot are found by the robot, and those of an issuer by it, however many there are', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        insert into projects (name, store_id, created_at, created_by) select 'p' || i, 1, 1, 'x' from generate_series(1, 500) i;
        insert into robots (project_id, name, description, disabled, created_at, created_by, version, epoch, announced)
          select 1 + i % 500, 'r' || i, '', 0, 1, 'x', 1, 1, 0 from generate_series(1, 3000) i;
        insert into robot_trusts (robot_id, kind, issuer, rule, created_at, created_by)
          select id, 'token', 'issuer-' || id % 100, 'true', 1, 'x' from robots, generate_series(1, 3);
        analyze;
        set plan_cache_mode = force_generic_plan`);
      const session = new ExplainedTransaction(client);
      const wanted = { kind: 'token', issuer: 'issuer-2' } as const;
      await reads.findTrustingRobots(session, { ...wanted, robot: undefined, limit: 201 });
      await reads.findTrustingRobots(session, { ...wanted, robot: { project: 'p3', name: 'r2' }, limit: 201 });
      const [ofIssuer = '', ofRobot = ''] = session.plans;
      assert.match(ofIssuer, /robot_trusts_by_issuer/);
      assert.match(ofRobot, /robot_trusts_by_robot/);
      assert.doesNotMatch(ofIssuer, /Sort/, ofIssuer);
      for (const plan of [ofIssuer, ofRobot]) assert.doesNotMatch(plan, /Seq Scan/, plan);
    } finally {
      await client.end();
    }
  });

  test('searches show what a plain model finds, whatever the roles are', () =>
    bench.withStore(async (store, _, url) => {
      const fill = (text: string) => bench.query(url, text);
      await fill(searchingPeople);
      const [row] = await fill('select id from users');
      await checkSearchedWorlds({ fill, bytes: "sha256('')", store, eve: Number(row?.['id']) }, 5);
    }));

  test('a search of who sees many projects looks where the matches of each begin, and then through few', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        ${searchingPeople};
        insert into projects (name, store_id, created_at, created_by) select 'p' || i, 1, 1, 'x' from generate_series(1, 2000) i;
        insert into repositories (project_id, name, created_at) select 1 + i % 2000, 'p' || (1 + i % 2000) || '/' || i, 1 from generate_series(0, 9999) i;
        insert into repository_words (word, position, repository_id, project_id) select name, 0, id, project_id from repositories;
        insert into manifests (repository_id, digest, media_type, size, pushed_at, pushed_by, renewed_at, bytes)
          select id, sha256(name::bytea), 'm', 1, 1, 'x', 1, '' from repositories;
        insert into tags (repository_id, name, manifest_id, updated_at, updated_by) select repository_id, 't', id, 1, 'x' from manifests;
        insert into role_bindings (project_id, subject_kind, subject_id, role_id, range_low, range_high, pattern, created_at, created_by)
          select p.id, 'user', u.id, ro.id, p.name, p.name || '/{', '**', 1, 'x' from projects p, users u, roles ro where ro.name = 'reader' and p.name like 'p9%';
        analyze;
        set plan_cache_mode = force_generic_plan`);
      const [{ id } = { id: '' }] = (await client.query<{ id: string }>('select id from users')).rows;
      const session = new ExplainedTransaction(client);
      const holder = { kind: 'user', id: Number(id) } as const;
      const page = { limit: 20, after: undefined };
      await reads.searchRepositories(session, { term: 'p', visibility: { kind: 'held', holder, action: 16, open: [] } }, page);
      const [first = '', ...more] = session.plans.filter((plan) => plan.includes('repository_words w'));
      assert.match(first, /Index Only Scan using repository_words_key/);
      const [begins = '', through = '', ...others] = more.filter((plan) => plan.includes('w.project_id ='));
      assert.deepEqual(others, []);
      assert.match(begins, /Index Only Scan using repository_words_by_project/);
      assert.doesNotMatch(begins, /Sort|Seq Scan|repository_words_key/, begins);
      assert.equal(through.split('Index Only Scan using repository_words_by_project').length, 9, through);
      assert.doesNotMatch(through, /repository_words_key|Seq Scan on repositor/, through);
      await reads.searchTags(session, { term: 't', visibility: { kind: 'held', holder, action: 16, open: [] } }, page);
      const ofTags = session.plans.filter((plan) => plan.includes('CTE begins'));
      assert.equal(ofTags.length, 1);
      for (const plan of ofTags) {
        assert.match(plan, /Index (Only )?Scan using tags_key/, plan);
        assert.doesNotMatch(plan, /Seq Scan on tags|tags_by_name/, plan);
      }
    } finally {
      await client.end();
    }
  });

  test('the blobs of a manifest are found by their digests, also in a database that has no statistics yet', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        alter table blobs set (autovacuum_enabled = off);
        alter table blob_placements set (autovacuum_enabled = off);
        alter table repository_blobs set (autovacuum_enabled = off);
        insert into projects (name, store_id, created_at, created_by) select 'team', id, 1, 'x' from stores;
        insert into repositories (project_id, name, created_at) values (1, 'team/app', 1);
        insert into blobs (digest, size) select sha256(i::text::bytea), 1 from generate_series(1, 2000) i;
        insert into blob_placements (blob_id, store_id, location, state, created_at, renewed_at) select id, 1, id, 'live', 1, 1 from blobs;
        insert into repository_blobs (repository_id, blob_id, linked_at, renewed_at) select 1, id, 1, 1 from blobs;
        set plan_cache_mode = force_generic_plan`);
      const session = new ExplainedTransaction(client);
      const repository = {
        id: 1,
        project_id: 1,
        name: app,
        store_id: 1,
        store: 'default',
        previous_store_id: null,
        is_near_quota: null,
        tag_rules: 0,
      };
      const references = [newDigest(), newDigest()].map((digest) => ({ kind: 'blob' as const, digest, required: true }));
      await renewLinks(session, repository, references, { at: 1, before: 1 });
      const [plan = ''] = session.plans;
      assert.match(plan, /blob_placements.*\n\s+Index Cond: \(blob_id = b\.id\)/);
      assert.doesNotMatch(plan, /Seq Scan|Hash/, plan);
    } finally {
      await client.end();
    }
  });
}
