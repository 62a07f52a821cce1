// What another process has taken away, and said so, counts for whatever is asked from then on, over connections on which the same was
// allowed a moment ago: two processes over one database, and the server busy with others.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { HttpClient } from '../protocol/http-client.ts';
import { basicAuthorization } from '../protocol/registry-fixture.ts';
import { pushImage } from '../protocol/sample-content.ts';
import { startLongshore } from '../tools/longshore.ts';
import { requestText } from './raw-connection.ts';

const changes = 300;
/** Its answer has no body: one piece. */
const pull = requestText('HEAD', '/v2/team/app/manifests/1');

/** Pulls over some connections, each with a few requests ahead, until it is terminated. */
const others = `
  const { connect } = require('node:net');
  const { port, pull } = require('node:worker_threads').workerData;
  for (let one = 0; one < 6; one += 1) {
    const socket = connect(port, '127.0.0.1', () => socket.write(pull.repeat(4)));
    socket.on('data', (piece) => {
      const answers = piece.toString('latin1').split('HTTP/1.1 ').length - 1;
      if (answers > 0) socket.write(pull.repeat(answers));
    });
  }`;

test('no answer is older than a change that another process had committed before the request was sent', async () => {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await startLongshore({ args: ['--durability', 'relaxed'] }), (one) => one.stop());
  const port = Number(new URL(server.url).port);
  const client = stack.adopt(new HttpClient(server.url), (one) => one.close());
  await pushImage({ client, repository: 'team/app', authorization: basicAuthorization('admin', server.adminPassword) }, '1');
  const other = stack.adopt(new DatabaseSync(join(server.dataDir, 'longshore.db'), { timeout: 60_000 }), (one) => one.close());
  other.exec('pragma synchronous = off');
  const change = other.prepare("update projects set visibility = ? where name = 'team'");
  change.run('public');
  const worker = new Worker(others, { eval: true, workerData: { port, pull } });
  stack.defer(async () => void (await worker.terminate()));
  const sockets = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1', noDelay: true }));
  stack.defer(() => sockets.forEach((socket) => void socket.destroy()));
  /** The status of what is asked now. */
  const ask = async (socket: Socket): Promise<string> => {
    socket.write(pull);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString('latin1', 9, 12);
  };
  for (let round = 0; round < changes; round += 1) {
    const visibility = round % 2 === 0 ? 'private' : 'public';
    change.run(visibility);
    const expected = visibility === 'public' ? '200' : '401';
    // Written at once, all of them, before anything is awaited.
    const statuses = await Promise.all(sockets.map(ask));
    assert.deepEqual(statuses, [expected, expected, expected, expected], `change ${round}`);
  }
});
