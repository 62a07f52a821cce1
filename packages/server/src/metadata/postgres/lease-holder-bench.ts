import { createInterface } from 'node:readline';
import { runWithLease } from '../../registry/held-lease.ts';
import { app } from '../contract/contract-steps.ts';
import { openPostgresMetadata } from './postgres-metadata.ts';

/**
 * For tests: a process that holds the lease `gc` and takes a blob's link away by it each time that it is told to: `lease-holder-bench.ts
 * URL SKEW_MS TTL_MS DIGEST`. Its clock is wrong by `SKEW_MS`. It says `held`, then for each line that it reads what came of it.
 */
const [url = '', skewMs = '0', ttlMs = '', digest = ''] = process.argv.slice(2);
const rightNow = Date.now;
Date.now = () => rightNow() + Number(skewMs);
const say = (line: string) => void process.stdout.write(`${line}\n`);

const store = await openPostgresMetadata({ url, maxConnections: 2 });
const repositoryId = (await store.findRepository(app))?.id ?? 0;
const terms = { leases: store, name: 'gc', holder: String(process.pid), ttlMs: Number(ttlMs) };
await runWithLease(terms, {}, async (_signal, fence) => {
  say('held');
  for await (const _line of createInterface({ input: process.stdin })) {
    const removal = store.removeUnreferencedLinks({ before: 2 ** 52, links: [{ repositoryId, digest: digest as never }], fence });
    say(
      await removal.then(
        (count) => `removed ${count}`,
        (error: unknown) => `refused: ${String(error)}`,
      ),
    );
  }
});
await store.close();
