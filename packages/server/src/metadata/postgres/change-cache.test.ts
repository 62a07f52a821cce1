import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until, untilPromised } from '../../../../../test/security/until.ts';
import { startTcpRelay, type TcpRelay } from '../../../../../test/tools/tcp-relay.ts';
import type { HeldAccess } from '../../registry/ports/access.ts';
import type { LogFields, Logger } from '../../registry/ports/logger.ts';
import { namesOfProject } from '../../registry/repository-pattern.ts';
import { app, by, StoreSteps } from '../contract/contract-steps.ts';
import { openListening } from './listening-connection.ts';
import { PostgresBench } from './postgres-bench.ts';
import { openPostgresMetadata, type PostgresMetadata, type PostgresMetadataOptions } from './postgres-metadata.ts';
import { connectListener } from './postgres-pool.ts';

const bench = PostgresBench.forThisFile();

/** What every replica must know of a change after. */
const promisedMs = 1000;

async function newDatabase(): Promise<string> {
  return bench?.newDatabase() ?? assert.fail('no server');
}

/** Opens a replica with a cache and waits until it hears changes. */
async function openReplica(t: TestContext, options: PostgresMetadataOptions): Promise<PostgresMetadata> {
  const store = await openPostgresMetadata({ cacheBytes: 1_000_000, ...options });
  t.after(() => store.close());
  await until(() => figuresOf(store).isFresh);
  return store;
}

function figuresOf(store: PostgresMetadata) {
  return store.cacheFigures?.() ?? assert.fail('no cache');
}

/** Whether `ask` was answered from memory, which it is not when the server was not heard for a moment: wait until it is. */
async function isKnown(store: PostgresMetadata, ask: () => Promise<unknown>): Promise<boolean> {
  const { hits } = figuresOf(store);
  await ask();
  return figuresOf(store).hits > hits;
}

/** Asks until the answer is no longer `stale`; fails when one that was asked for later than promised still is. */
async function untilChanged<T>(ask: () => Promise<T>, isStale: (answer: T) => boolean): Promise<void> {
  await untilPromised(promisedMs, async () => !isStale(await ask()));
}

class Lines implements Logger {
  readonly lines: string[] = [];
  readonly #add = (message: string, fields?: LogFields) => void this.lines.push(`${message} ${fields?.['error'] ?? ''}`);
  readonly info = this.#add;
  readonly warn = this.#add;
  readonly error = this.#add;
}

if (bench !== undefined) {
  test('manifests and blobs that a replica knows are gone from it within a second of being deleted on another', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    const blob = await steps.blob(app);
    const digest = await steps.push(app);
    const findManifest = () => other.findManifest(app, { digest });
    const findInfo = () => other.findManifestInfo(app, { digest });
    const findBlob = () => other.findBlob(app, blob);
    for (const ask of [findManifest, findInfo, findBlob]) {
      await ask();
      await until(() => isKnown(other, ask));
    }
    await one.deleteManifest({ repository: app, digest, by, at: steps.at });
    // Whoever deleted it finds it gone at once.
    assert.equal(await one.findManifest(app, { digest }), undefined);
    await untilChanged(findManifest, (answer) => answer !== undefined);
    await untilChanged(findInfo, (answer) => answer !== undefined);
    await one.deleteBlob({ repository: app, digest: blob, by, at: steps.at });
    assert.equal(await one.findBlob(app, blob), undefined);
    await untilChanged(findBlob, (answer) => answer !== undefined);
  });

  test('harbor#22900: a project or repository of a name that was used before has nothing of the first, on any replica', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    const { at } = steps;
    const settings = {
      description: undefined,
      visibility: 'public',
      environment: undefined,
      promotesTo: undefined,
      expireAfterHours: undefined,
      allowedAddresses: undefined,
      deniedAddresses: undefined,
    } as const;
    for (const what of ['project', 'repository']) {
      await one.createTenant({ name: 'team', store: 'default', settings, by, at });
      const blob = await steps.blob(app);
      const digest = await steps.push(app);
      const left = async () => {
        const access = await other.findAccess(undefined, { project: 'team', ...namesOfProject('team') });
        const found = [
          await other.findBlob(app, blob),
          await other.findManifest(app, { digest }),
          await other.findManifestInfo(app, { digest }),
        ];
        return { visibility: access.project?.visibility, found: found.filter((item) => item !== undefined).length };
      };
      for (let round = 0; round < 2; round += 1) assert.deepEqual(await left(), { visibility: 'public', found: 3 });
      await until(() => isKnown(other, left));
      if (what === 'repository') {
        await one.deleteRepository({ repository: app, by, at });
        await steps.blob(app);
        assert.deepEqual(await left(), { visibility: 'public', found: 0 });
      } else {
        await one.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
        await one.createTenant({ name: 'team', store: 'default', settings: { ...settings, visibility: 'private' }, by, at });
        await steps.blob(app);
        assert.deepEqual(await left(), { visibility: 'private', found: 0 });
      }
      await one.deleteTenant({ name: 'team', version: undefined, force: true, by, at });
    }
  });

  test('what a client deletes on one replica is gone from the next that it asks', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    for (let round = 0; round < 20; round += 1) {
      const blob = await steps.blob(app);
      const digest = await steps.push(app);
      const left = async () => [await other.findBlob(app, blob), await other.findManifestInfo(app, { digest })].filter((found) => found);
      assert.equal((await left()).length, 2);
      await one.deleteBlob({ repository: app, digest: blob, by, at: steps.at });
      await one.deleteManifest({ repository: app, digest, by, at: steps.at });
      assert.deepEqual(await left(), [], `round ${round}`);
    }
  });

  test('what garbage collection takes, and a copy that is lost, is told too', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    const [link, lost] = [await steps.blob(app), await steps.blob(app)];
    const digest = await steps.push(app);
    const repositoryId = (await one.findRepository(app))?.id ?? 0;
    for (const known of [link, lost]) await other.findBlob(app, known);
    await other.findManifest(app, { digest });
    const placement = (await one.findBlob(app, lost)) ?? assert.fail('no blob');
    await one.removeUnreferencedLinks({ before: steps.at + 1, links: [{ repositoryId, digest: link }] });
    await one.reportLostBlob({ store: placement.store, location: placement.location, at: steps.at });
    await one.removeUntaggedManifests({ before: steps.at + 1, at: steps.at, by, manifests: [{ repositoryId, digest }] });
    await untilChanged(
      () => other.findBlob(app, link),
      (answer) => answer !== undefined,
    );
    await untilChanged(
      () => other.findBlob(app, lost),
      (answer) => answer !== undefined,
    );
    await untilChanged(
      () => other.findManifest(app, { digest }),
      (answer) => answer !== undefined,
    );
  });

  test('roles, tokens and accounts that a replica knows are as they were changed on another within a second', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    await steps.push(app);
    const { at } = steps;
    const user = (await one.createUser({ name: 'anna', passwordHash: 'x', administrator: false, at })) ?? assert.fail('no user');
    const secretHash = randomBytes(32);
    const token = await one.createAccessToken({ userId: user.id, name: 'ci', secretHash, at, expiresAt: undefined });
    await one.setProjectRole({ userId: user.id, project: 'team', role: 'writer', by, at });
    await until(() => figuresOf(other).changes > 0);
    const team = { project: 'team', ...namesOfProject('team') };
    const findAccess = () => other.findAccess({ kind: 'user', id: user.id }, team);
    const has = (role: string) => (access: HeldAccess) => access.roles.some(({ name }) => name === role);
    const findToken = () => other.findAccessToken(secretHash);
    const findById = () => other.findUser({ id: user.id });
    const findByName = () => other.findUser({ name: 'anna' });
    for (const ask of [findAccess, findToken, findById, findByName]) {
      await ask();
      await until(() => isKnown(other, ask));
    }
    const heard = figuresOf(other).changes;
    await one.noteAccessTokenUse({ id: token.id, at: at + 5 });
    assert.equal((await one.findAccessToken(secretHash))?.token.lastUsedAt, at + 5);
    assert.equal(figuresOf(other).changes, heard, 'the use of a token is no change that others must know of');
    await one.setProjectRole({ userId: user.id, project: 'team', role: 'reader', by, at });
    assert.ok(has('reader')(await one.findAccess({ kind: 'user', id: user.id }, team)));
    await untilChanged(findAccess, has('writer'));
    await one.setProjectRole({ userId: user.id, project: 'team', role: undefined, by, at });
    await untilChanged(findAccess, has('reader'));
    await one.deleteAccessToken({ id: token.id, userId: user.id });
    await untilChanged(findToken, (answer) => answer !== undefined);
    await one.updateUser({ id: user.id, disabled: true, at });
    await untilChanged(findById, (answer) => answer?.disabled === false);
    await untilChanged(findByName, (answer) => answer?.disabled === false);
    await one.setProjectRole({ userId: user.id, project: 'team', role: 'writer', by, at });
    await untilChanged(findAccess, (access) => !has('writer')(access));
    // With the row.
    await one.deleteUser({ id: user.id });
    await untilChanged(findAccess, has('writer'));
    await untilChanged(findById, (answer) => answer !== undefined);
  });

  test('which webhooks listen, also that none does, is known on every replica within a second of a change on another', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    await new StoreSteps(one).push(app);
    const owner = (await one.findRepository(app))?.projectId ?? assert.fail();
    const listening = async () => (await other.findListening(owner)).length;
    const filter = { name: 'ci', url: 'https://hooks.example/', events: [], repositories: '**', tags: '*', format: 'cloudevents' } as const;
    const secrets = { headerNames: [], hasSecret: false, previousSecretUntil: undefined, sealed: undefined };
    const settings = { ...filter, ...secrets, enabled: true };
    assert.equal(await listening(), 0);
    await until(() => isKnown(other, listening));
    for (const own of [owner, undefined]) {
      const before = await listening();
      const made = await one.createWebhook({ owner: own, settings, by, at: 1 });
      if (typeof made === 'string') assert.fail(made);
      await untilChanged(listening, (count) => count === before);
      await until(() => isKnown(other, listening));
    }
    await one.disableWebhook({
      id: (await other.listWebhooks(owner, { after: 0, limit: 1 })).items[0]?.id ?? 0,
      reason: 'test',
      by,
      at: 2,
    });
    await untilChanged(listening, (count) => count === 2);
  });

  test('a tag that was moved on one replica is moved on every other at once, and its bytes are right', async (t) => {
    const url = await newDatabase();
    const [one, other] = [await openReplica(t, { url }), await openReplica(t, { url })];
    const steps = new StoreSteps(one);
    for (let round = 0; round < 20; round += 1) {
      const bytes = randomBytes(40);
      const digest = await steps.push(app, { bytes, tags: ['latest'] });
      for (const store of [one, other, one, other]) {
        const found = await store.findManifest(app, { tag: 'latest' as never });
        assert.equal(found?.digest, digest);
        assert.deepEqual(Buffer.from(found?.bytes ?? []), bytes);
      }
    }
    assert.equal(await other.findManifest(app, { tag: 'none' as never }), undefined);
  });

  test('a change by hand, and by a program that knows nothing of caches, is told', async (t) => {
    const url = await newDatabase();
    const store = await openReplica(t, { url });
    const steps = new StoreSteps(store);
    const [digest, blob] = [await steps.push(app), await steps.blob(app)];
    const findManifest = () => store.findManifest(app, { digest });
    const findBlob = () => store.findBlob(app, blob);
    await Promise.all([findManifest(), findBlob()]);
    await bench.query(url, "insert into stores (name) values ('second')");
    await bench.query(url, "update projects set store_id = (select id from stores where name = 'second')");
    await untilChanged(findBlob, (answer) => answer !== undefined);
    await bench.query(url, "update projects set store_id = (select id from stores where name = 'default')");
    assert.equal((await findBlob())?.store, 'default');
    await bench.query(url, 'delete from manifests');
    await untilChanged(findManifest, (answer) => answer !== undefined);
  });

  /** A replica that listens through a relay, which knows a manifest. */
  async function listenThroughRelay(t: TestContext) {
    const url = await newDatabase();
    const relay: TcpRelay = await startTcpRelay(bench?.server.port ?? 0);
    t.after(() => relay.stop());
    const log = new Lines();
    const store = await openReplica(t, { url, listenUrl: url.replace(/:\d+\//, `:${relay.port}/`), logger: log });
    const digest = await new StoreSteps(store).push(app);
    const find = () => store.findManifest(app, { digest });
    await find();
    await until(() => isKnown(store, find));
    return { url, relay, log, store, find, digest };
  }

  test('whoever changes something finds it changed at once, before it is heard', async (t) => {
    const { relay, store, find, digest } = await listenThroughRelay(t);
    relay.silence();
    await store.deleteManifest({ repository: app, digest, by, at: 0 });
    assert.equal(await find(), undefined);
  });

  test('a listener that is cut off is not relied on, and when it is back nothing of before is known', async (t) => {
    const { url, relay, log, store, find } = await listenThroughRelay(t);
    relay.cut();
    await until(() => !figuresOf(store).isFresh);
    await bench.query(url, 'delete from manifests');
    assert.equal(await find(), undefined);
    assert.ok(figuresOf(store).bypassed > 0);
    await until(() => figuresOf(store).isFresh);
    assert.equal(await find(), undefined);
    assert.ok(
      log.lines.some((line) => /cannot be heard.*metadata.listenUrl/.test(line)),
      log.lines.join('\n'),
    );
    assert.ok(log.lines.some((line) => /are heard again/.test(line)));
  });

  test('a connection that went silent without a word is noticed within the second', async (t) => {
    const { url, relay, store, find } = await listenThroughRelay(t);
    relay.silence();
    await bench.query(url, 'delete from manifests');
    await untilChanged(find, (answer) => answer !== undefined);
    // The silent connection is given up for one that hears again.
    await until(() => figuresOf(store).isFresh);
    assert.equal(await find(), undefined);
  });

  test('a server that takes no writes any more is not relied on: what changes, changes on another', async (t) => {
    const store = await openReplica(t, { url: await newDatabase() });
    await bench.server.configure({ default_transaction_read_only: 'on' });
    t.after(() => bench.server.configure({ default_transaction_read_only: 'off' }));
    await until(() => !figuresOf(store).isFresh);
    await bench.server.configure({ default_transaction_read_only: 'off' });
    await until(() => figuresOf(store).isFresh);
  });

  test('a listener in another database is refused: it would be silent for ever', async (t) => {
    const log = new Lines();
    const store = await openPostgresMetadata({
      url: await newDatabase(),
      listenUrl: await newDatabase(),
      cacheBytes: 1_000_000,
      logger: log,
    });
    t.after(() => store.close());
    figuresOf(store);
    await until(() => log.lines.some((line) => /metadata.listenUrl leads to another database/.test(line)));
    assert.ok(!figuresOf(store).isFresh);
  });

  test('a listener that falls silent before it has proved anything is given up too', async (t) => {
    const [{ port }, url] = [bench.server, await newDatabase()];
    const relay = await startTcpRelay(port);
    t.after(() => relay.stop());
    const through = url.replace(`:${port}/`, `:${relay.port}/`);
    const connect = () => connectListener({ url: through });
    const notify = async (): Promise<void> => {
      relay.silence();
      throw new Error('the database is away');
    };
    const opening = openListening({ connect, notify }, () => undefined);
    await assert.rejects(Promise.race([opening, delay(60_000, undefined, { ref: false })]), /the database is away/);
  });

  test('without a cache there is no listener', async (t) => {
    const url = await newDatabase();
    const store = await openPostgresMetadata({ url });
    t.after(() => store.close());
    await store.findUser({ id: 1 });
    assert.equal(store.cacheFigures, undefined);
    assert.deepEqual(
      await bench.query(
        url,
        "select 1 from pg_stat_activity where application_name = 'longshore listener' and datname = current_database()",
      ),
      [],
    );
  });
}
