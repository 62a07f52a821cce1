import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { claimTurns, settleTurn } from '../commands/webhook-deliveries.ts';
import { reads } from '../reads/index.ts';
import { ExplainedTransaction } from './explained-transaction-bench.ts';
import { PostgresBench } from './postgres-bench.ts';

const bench = PostgresBench.forThisFile();

if (bench !== undefined) {
  test('what is on its way to many webhooks, and 20,000 deliveries of one, are found along an index', async () => {
    const client = new pg.Client({ connectionString: await bench.newDatabase() });
    await client.connect();
    try {
      await client.query(`
        insert into projects (name, store_id, created_at, created_by) select 'p' || i, 1, 1, 'x' from generate_series(1, 1000) i;
        insert into webhooks (project_id, name, url, events, repositories, tags, format, header_names, has_secret, enabled, version, created_at,
            created_by, updated_at)
          select case when i % 100 = 0 then null else 1 + i % 1000 end, 'x', 'http://hooks.example/', '[]', '**', '*', 'docker', '[]', 0, 1, 1, 1, 'x', 1
          from generate_series(1, 5000) i;
        insert into webhook_lanes (webhook_id, due_at, held_until, failures)
          select id, case when id % 50 = 0 then id end, 0, (id / 50) % 2 from webhooks;
        insert into webhook_deliveries (webhook_id, event_key, event, state, attempts, available_at, created_at)
          select 1 + i % 5 * (i % 7), 'k' || i, '{}', case when i % 4 = 0 then 'pending' else 'delivered' end, 0, i, i from generate_series(1, 20000) i;
        analyze;
        set plan_cache_mode = force_generic_plan`);
      const session = new ExplainedTransaction(client);
      await reads.hasDueWebhook(session);
      await reads.listDue(session, 1, 4);
      await reads.findListening(session, 1);
      await reads.listWebhooks(session, 1, { after: 0, limit: 50 });
      await reads.listDeliveries(session, 1, { state: 'pending', before: undefined, limit: 50 });
      await reads.listDeliveries(session, 1, { state: undefined, before: undefined, limit: 50 });
      await claimTurns(session, { claimant: 'a', holdMs: 1, limit: 200, mostFailing: 100 });
      await settleTurn(session, { webhookId: 50, claimant: 'a', attempts: [], restMs: 1 });
      assert.equal(session.plans.length, 11);
      for (const plan of session.plans) assert.doesNotMatch(plan, /Seq Scan on webhook/, plan);
    } finally {
      await client.end();
    }
  });
}
