import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { untilTrusted } from '../operating/served-certificate.ts';
import { until } from '../security/until.ts';
import { freePort } from '../tools/free-port.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { startPebble } from '../tools/pebble.ts';
import { startPostgres } from '../tools/postgres.ts';
import { requirePrograms } from '../tools/programs.ts';

const portOf = ({ host }: Longshore) => Number(host.split(':')[1]);

test('of two replicas one gets a certificate, which both prove and serve', async (t) => {
  if (requirePrograms(t, 'pebble', 'initdb', 'postgres', 'createdb', 'psql') === undefined) return;
  const [pebble, postgres] = await Promise.all([startPebble(), startPostgres()]);
  const directory = await mkdtemp(join(tmpdir(), 'longshore-acme-replicas-'));
  const url = await postgres.createDatabase('longshore');
  const proofPorts = [await freePort(), await freePort()];
  // A load balancer that asks every replica, and gives the first one's answer.
  const answers: { readonly status: number; readonly text: string }[][] = [];
  const balancer = createServer((request, response) => {
    const ask = async (port: number) => {
      const answer = await fetch(`http://127.0.0.1:${port}${request.url}`).catch(() => undefined);
      return { status: answer?.status ?? 0, text: (await answer?.text()) ?? '' };
    };
    void Promise.all(proofPorts.map(ask)).then((given) => {
      answers.push(given);
      const one = given.find(({ status }) => status > 0) ?? { status: 502, text: '' };
      response.writeHead(one.status).end(one.text);
    });
  });
  await new Promise<void>((resolve) => balancer.listen(pebble.httpPort, '127.0.0.1', resolve));
  const start = (proofPort: number | undefined) =>
    startLongshore({
      dataDir: join(directory, 'data'),
      args: [
        '--tls-acme-names',
        'registry.example,127.0.0.1',
        '--tls-acme-terms-agreed',
        '--tls-acme-directory',
        pebble.directory,
        '--tls-acme-authority-file',
        pebble.authorityFile,
        '--tls-acme-http-listen',
        `127.0.0.1:${proofPort}`,
      ],
      env: { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: url },
    });
  // Both are there before the first proof is looked for.
  await pebble.halt();
  const replicas = await Promise.all(proofPorts.map(start));
  t.after(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    balancer.close().closeAllConnections();
    await Promise.all([pebble.stop(), postgres.stop()]);
    await rm(directory, { recursive: true, force: true });
  });
  const failed = () => replicas.find((replica) => replica.output().includes('ECONNREFUSED'));
  await until(() => failed() !== undefined);
  await pebble.restart();
  failed()?.kill('SIGHUP');
  const ca = await pebble.root();
  const [one, other] = await Promise.all(replicas.map((replica) => untilTrusted(portOf(replica), ca)));
  assert.equal(one, other);
  assert.equal(pebble.output().match(/Added order/g)?.length, 1, 'one of them asked');
  assert.ok(answers.length >= 2, 'for each name once');
  for (const [first, second] of answers) {
    assert.equal(first?.status, 200);
    assert.deepEqual(first, second);
  }
  assert.match(pebble.output(), /There are now 1 accounts in memory/);
  assert.doesNotMatch(pebble.output(), /There are now 2 accounts in memory/);
});
