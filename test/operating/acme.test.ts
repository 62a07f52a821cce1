import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../security/until.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { type Pebble, startPebble } from '../tools/pebble.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { servedSerial, trustedSerial, untilTrusted } from './served-certificate.ts';

const skip = skipUnless(findProgram('pebble') !== undefined, 'not installed: pebble; run scripts/install-test-tools');

/** The settings of a server that gets its certificate there. */
function acmeSettings(pebble: Pebble, ...more: string[]): string[] {
  const { directory, authorityFile } = pebble;
  return ['--tls-acme-terms-agreed', '--tls-acme-directory', directory, '--tls-acme-authority-file', authorityFile, ...more];
}

function byHttp(pebble: Pebble, ...others: string[]): string[] {
  const names = ['registry.example', '127.0.0.1', ...others].join(',');
  return acmeSettings(pebble, '--tls-acme-names', names, '--tls-acme-http-listen', `127.0.0.1:${pebble.httpPort}`);
}

const portOf = ({ host }: Longshore) => Number(host.split(':')[1]);

async function scratch(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-acme-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Requests over one connection, one after the other, until it is told to stop; answers how many there were and what failed. */
interface Requests {
  readonly sent: () => number;
  stop(): Promise<string[]>;
}

function keepAsking(t: TestContext, ask: () => Promise<number>, wanted: number): Requests {
  const failures: string[] = [];
  let sent = 0;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const status = await ask().catch((error: unknown) => String(error));
      sent += 1;
      if (status !== wanted) failures.push(String(status));
      // The other servers of this file need the processor too.
      await pause(10);
    }
  })();
  const stop = async () => {
    isOver = true;
    await asking;
    return failures;
  };
  // Also when the test fails before: it would ask for ever.
  t.after(stop);
  return { sent: () => sent, stop };
}

function askOver(agent: Agent, url: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent }, (response) => response.resume().once('end', () => resolve(response.statusCode ?? 0)))
      .once('error', reject)
      .end();
  });
}

async function pebbleOf(t: TestContext, validitySeconds: number): Promise<Pebble> {
  const pebble = await startPebble({ validitySeconds });
  t.after(() => pebble.stop());
  return pebble;
}

// Most of the time they wait.
describe('a certificate by ACME', { skip, concurrency: true }, () => {
  it('is issued, and renewed without a dropped connection', async (t) => {
    const pebble = await pebbleOf(t, 30);
    // However long the renewal takes, nobody ends the upload for its slowness.
    const server = await startLongshore({ args: ['--anonymous', 'push', '--limits-min-bytes-per-second', '0', ...byHttp(pebble)] });
    t.after(() => server.stop());
    const ca = await pebble.root();
    const port = portOf(server);
    const first = await untilTrusted(port, ca);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
    const session = connectHttp2(server.url, { ca });
    const overHttp2 = () =>
      new Promise<number>((resolve, reject) => {
        const stream = session.request({ ':path': '/v2/' });
        stream.once('response', (headers) => resolve(headers[':status'] ?? 0));
        stream.once('error', reject).resume().end();
      });
    t.after(() => {
      agent.destroy();
      session.destroy();
    });
    // Under way all the time: an upload whose bytes come one by one.
    const location = await new Promise<string>((resolve, reject) => {
      request(`${server.url}/v2/team/app/blobs/uploads/`, { method: 'POST', ca, agent: false }, (response) =>
        resolve(response.resume().headers.location ?? ''),
      )
        .once('error', reject)
        .end();
    });
    const upload = request(new URL(location, server.url), { method: 'PATCH', ca, agent: false });
    const uploaded = new Promise<number>((resolve, reject) => {
      upload.once('response', (response) => resolve(response.resume().statusCode ?? 0)).once('error', reject);
    });
    const dripping = setInterval(() => upload.write('.'), 50);
    t.after(() => clearInterval(dripping));
    const localPorts = new Set<number | undefined>();
    agent.on('free', ({ localPort }: Socket) => localPorts.add(localPort));
    const one = keepAsking(t, () => askOver(agent, server.url, '/v2/'), 200);
    const two = keepAsking(t, overHttp2, 200);
    // Every new connection meets a certificate that is good at that moment.
    const three = keepAsking(
      t,
      async () => {
        await servedSerial(port, ca);
        await pause(50);
        return 200;
      },
      200,
    );
    await untilTrusted(port, ca, first);
    const sentBefore = [one.sent(), two.sent(), three.sent()];
    await until(() => [one, two, three].every(({ sent }, index) => sent() > (sentBefore[index] ?? 0) + 5));
    clearInterval(dripping);
    upload.end();
    assert.equal(await uploaded, 202);
    assert.deepEqual(await Promise.all([one.stop(), two.stop(), three.stop()]), [[], [], []]);
    assert.equal(session.closed, false);
    assert.equal(localPorts.size, 1, 'one connection all the time');
    t.diagnostic(`requests across the renewal: ${one.sent()} over HTTP/1.1, ${two.sent()} over HTTP/2, ${three.sent()} new connections`);
  });

  it('is not waited for: a server starts with what it has, while the authority is away, and asks when that is back', async (t) => {
    const pebble = await pebbleOf(t, 3600);
    const dataDir = join(await scratch(t), 'data');
    await pebble.halt();
    const first = await startLongshore({ dataDir, args: byHttp(pebble) });
    t.after(() => first.stop());
    await until(() => /authority issued no TLS certificate.*cannot be asked: .*ECONNREFUSED/.test(first.output()));
    assert.match(first.output(), /There is no TLS certificate of an authority yet/);
    assert.equal(await askOver(new Agent({ rejectUnauthorized: false }), first.url, '/v2/'), 401, 'it serves under a temporary one');
    assert.equal(await askOver(new Agent({ rejectUnauthorized: false }), first.url, '/readyz'), 200);
    assert.ok((await expirySeconds(first)) < 0, 'a temporary one is no good to anybody');
    await pebble.restart();
    const ca = await pebble.root();
    first.kill('SIGHUP');
    await untilTrusted(portOf(first), ca);
    assert.ok((await expirySeconds(first)) > 3000);
    await pebble.halt();
    const serial = await servedSerial(portOf(first), ca);
    await first.stop();
    const second = await startLongshore({ dataDir, args: byHttp(pebble, 'new.example') });
    t.after(() => second.stop());
    assert.equal(await servedSerial(portOf(second), ca), serial, 'what it had got for other names is better than nothing');
    await until(() => second.output().includes('ECONNREFUSED'));
    await pebble.restart();
    second.kill('SIGHUP');
    await until(() => second.output().includes('accountDoesNotExist'));
    second.kill('SIGHUP');
    const next = await pebble.root();
    await untilTrusted(portOf(second), next);
  });

  it('is asked for at once after SIGHUP, also by workers, however long the authority is not to be asked', async (t) => {
    const pebble = await pebbleOf(t, 3600);
    const dataDir = join(await scratch(t), 'data');
    await pebble.halt();
    const failing = await startLongshore({ dataDir, args: byHttp(pebble) });
    await until(() => failing.output().includes('ECONNREFUSED'));
    await failing.stop();
    const database = new DatabaseSync(join(dataDir, 'longshore.db'), { timeout: 60_000 });
    const postponed = database.prepare('update certificates set next_at = ?').run(Date.now() + 3_600_000);
    assert.equal(postponed.changes, 1);
    database.close();
    await pebble.restart();
    const server = await startLongshore({ dataDir, args: [...byHttp(pebble), '--workers', '2'] });
    t.after(() => server.stop());
    server.kill('SIGHUP');
    await untilTrusted(portOf(server), await pebble.root());
    assert.equal(pebble.output().match(/Added order/g)?.length, 1);
  });

  it('is got by a killed server with the account and the order that it had begun, also by DNS', async (t) => {
    const pebble = await pebbleOf(t, 3600);
    const directory = await scratch(t);
    const asked: string[][] = [];
    let isHeld = true;
    // The program of the administrator tells this process, which has the name server.
    const nameServer = createServer((request, response) => {
      void text(request).then((body) => {
        const [verb, name, value, ...rest] = JSON.parse(body) as [string, string, string];
        asked.push([verb, name, ...rest]);
        if (isHeld) return;
        const values = (pebble.records.get(name) ?? []).filter((other) => other !== value);
        pebble.records.set(name, verb === 'add' ? [...values, value] : values);
        response.end();
      });
    });
    await new Promise<void>((resolve) => nameServer.listen(0, '127.0.0.1', resolve));
    t.after(() => nameServer.close().closeAllConnections());
    const hook = join(directory, 'set record; exit 1');
    const tell = `fetch('http://127.0.0.1:${(nameServer.address() as AddressInfo).port}/', { method: 'POST', body: JSON.stringify(process.argv.slice(2)) })`;
    await writeFile(hook, `#!${process.execPath}\nconsole.log('said to ${'a'.repeat(10)}');\nawait ${tell};\n`, { mode: 0o755 });
    const names = [
      '--tls-acme-names',
      '*.registry.example,registry.example',
      '--tls-acme-challenge',
      'dns-hook',
      '--tls-acme-dns-hook',
      hook,
    ];
    const start = () => startLongshore({ dataDir: join(directory, 'data'), args: acmeSettings(pebble, ...names) });
    const first = await start();
    await until(() => asked.length > 0);
    first.kill('SIGKILL');
    await first.exited;
    isHeld = false;
    nameServer.closeAllConnections();
    const second = await start();
    t.after(() => second.stop());
    await until(() => second.output().includes('The TLS certificate changed.'));
    assert.equal(countIn(pebble, 'accounts in memory'), 1);
    assert.equal(countIn(pebble, 'orders in the db'), 1);
    await until(() => asked.length === 5);
    const record = '_acme-challenge.registry.example';
    assert.deepEqual(
      asked,
      ['add', 'add', 'add', 'remove', 'remove'].map((verb) => [verb, record]),
    );
    assert.deepEqual(pebble.records.get(record), [], 'what proved the names is taken back');
    assert.match(
      second.output(),
      /"message":"The DNS hook ended\.","verb":"add","record":"_acme-challenge\.registry\.example","output":"said to aaaa/,
    );
  });

  it('is kept without a key that can be read; under another secret key it is of no use, and that is said', async (t) => {
    const pebble = await pebbleOf(t, 3600);
    const dataDir = join(await scratch(t), 'data');
    const first = await startLongshore({ dataDir, args: byHttp(pebble) });
    t.after(() => first.stop());
    const ca = await pebble.root();
    await untilTrusted(portOf(first), ca);
    await first.stop();
    const files = (await readdir(dataDir)).filter((name) => name.startsWith('longshore.db'));
    const kept = Buffer.concat(await Promise.all(files.map((name) => readFile(join(dataDir, name))))).toString('latin1');
    assert.match(kept, /BEGIN CERTIFICATE/);
    assert.doesNotMatch(kept, /PRIVATE KEY/);
    assert.doesNotMatch(first.output(), /PRIVATE KEY/);
    await rm(join(dataDir, 'secret.key'));
    const second = await startLongshore({ dataDir, args: byHttp(pebble) });
    t.after(() => second.stop());
    assert.match(second.output(), /A TLS certificate that is kept cannot be used: .* need the same secrets\.keyFile/);
    assert.equal(await trustedSerial(portOf(second), ca), undefined);
  });
});

/** What its metrics say of the certificate that it serves. */
function expirySeconds({ url }: Longshore): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${url}/metrics`, { rejectUnauthorized: false, agent: false }, (response) => {
      text(response).then((metrics) => resolve(Number(/^registry_certificate_expiry_seconds (\S+)$/m.exec(metrics)?.[1])), reject);
    })
      .once('error', reject)
      .end();
  });
}

/** How many of something it says that it has. */
function countIn(pebble: Pebble, what: string): number {
  return Number(pebble.output().match(new RegExp(`There are now (\\d+) ${what}(?![\\s\\S]*${what})`))?.[1] ?? 0);
}
