// An export of many entries: no faster than its client, no longer than its client stays, and the same as the list.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemAgent } from '../../packages/server/src/registry/ports/agent.ts';
import { startRegistry } from '../protocol/registry-fixture.ts';
import { until } from '../security/until.ts';

const registry = await startRegistry({ flags: [] });
after(() => registry.stop());
const { client, metadata } = registry;
const root = await registry.addUser('root');
await metadata.updateUser({ id: root.user.id, administrator: true, at: Date.now() });

const count = 20_000;
const formula = '=HYPERLINK("http://example.org","x")';
const start = 1_600_000_000_000;
for (let done = 0; done < count; done += 1000) {
  await metadata.appendAudit({
    entries: Array.from({ length: 1000 }, (_, index) => ({
      // Several at one instant, so that a page may end between them.
      at: start + Math.floor((done + index) / 7),
      by: { ...systemAgent('test'), requestId: formula },
      action: 'exported',
      resource: { kind: 'test', name: `${formula}\r\n${done + index}` },
      project: undefined,
      outcome: 'allowed' as const,
      count: 1,
      detail: { text: 'x'.repeat(1000) },
    })),
  });
}
const filter = 'action=exported';

/** Pages that were read from the database. */
let pages = 0;
const read = metadata.listAudit;
Object.assign(metadata, {
  listAudit: (...wanted: Parameters<typeof read>) => {
    pages += 1;
    return read(...wanted);
  },
});

/** Resolves when no page was read for a while. */
async function standsStill(): Promise<number> {
  for (let seen = -1; seen !== pages; ) {
    seen = pages;
    await pause(150);
  }
  return pages;
}

test('a client that reads nothing stops the reading of pages, and one that leaves ends it', async () => {
  const socket = connect(registry.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  pages = 0;
  socket.write(`GET /api/v1/audit/export/jsonl?${filter} HTTP/1.1\r\nHost: x\r\nAuthorization: ${root.basic}\r\n\r\n`);
  await until(() => pages > 0);
  const before = await standsStill();
  assert.ok(before < count / 500, `${before} pages while nothing is read`);
  // Goes on as it is read, and no further.
  socket.resume();
  await until(() => pages > before);
  socket.destroy();
  const left = await standsStill();
  assert.ok(left < count / 500, `${left} pages for a client that left`);
});

test('both formats hold every entry of the list, once, in its order', async () => {
  const ids: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const path = `/api/v1/audit?${filter}&limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const { body } = await client.send('GET', path, { authorization: root.basic });
    const page: { items: { id: string }[]; next?: string } = JSON.parse(body.toString());
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  assert.equal(new Set(ids).size, count);
  const exported = async (format: string) =>
    (await client.send('GET', `/api/v1/audit/export/${format}?${filter}`, { authorization: root.basic })).body.toString();
  const lines = (await exported('jsonl')).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).id),
    ids,
  );
  const [, ...rows] = readCsv(await exported('csv'));
  assert.deepEqual(
    rows.map(([id]) => id),
    ids,
  );
  assert.ok(rows.every((row) => row.length === 13 && row.every((cell) => !/^\s*[=+\-@]/.test(cell))));
  assert.deepEqual([rows[0]?.[5], rows[0]?.[8]], [`'${formula}`, `'${formula}\r\n${count - 1}`]);
});

/** RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}
