import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HttpClient } from '../protocol/http-client.ts';
import { until } from '../security/until.ts';
import { freePort } from '../tools/free-port.ts';
import { programPath, requirePrograms, skipTest } from '../tools/programs.ts';
import { runProgram } from '../tools/run-program.ts';
import { bootSystemd, type SystemdMachine, systemdPrograms } from './systemd-machine.ts';

const unit = fileURLToPath(new URL('../../deploy/systemd/longshore.service', import.meta.url));

/** A machine that runs systemd with the service on a free port; undefined when the test is skipped. */
async function boot(t: TestContext, ...variables: readonly string[]): Promise<{ machine: SystemdMachine; client: HttpClient } | undefined> {
  if (requirePrograms(t, ...systemdPrograms) === undefined) return undefined;
  if (process.getuid?.() !== 0) {
    skipTest(t, 'systemd needs root: run this test with sudo');
    return undefined;
  }
  const port = await freePort();
  const machine = await bootSystemd([`LONGSHORE_LISTEN=127.0.0.1:${port}`, 'LONGSHORE_ANONYMOUS=push', ...variables, ''].join('\n'));
  t.after(machine.stop);
  const client = new HttpClient(`http://127.0.0.1:${port}`);
  t.after(() => client.close());
  return { machine, client };
}

const isReady = (client: HttpClient) => () =>
  client.send('GET', '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );

async function property(machine: SystemdMachine, name: string): Promise<string> {
  return (await machine.systemctl('show', 'longshore', '--value', '--property', name)).trim();
}

describe('the systemd unit', () => {
  test('is understood whole, and leaves the service little that it could do', async (t) => {
    if (requirePrograms(t, 'systemd-analyze') === undefined) return;
    // That the installed file is missing here is all that may be said of it.
    const { stderr } = await runProgram('sh', [
      '-c',
      `SYSTEMD_UNIT_PATH=: ${programPath('systemd-analyze')} verify --man=no ${unit} || true`,
    ]);
    const complaints = stderr.split('\n').filter((line) => line.includes('longshore.service') && !line.includes('is not executable'));
    assert.deepEqual(complaints, []);
    await runProgram(programPath('systemd-analyze'), ['security', '--offline=true', '--threshold=20', unit]);
  });

  test('starts a server that serves, keeps what was pushed, and has no more rights than it needs', async (t) => {
    const booted = await boot(t);
    if (booted === undefined) return;
    const { machine, client } = booted;
    await machine.systemctl('start', 'longshore');
    await until(isReady(client));
    const body = Buffer.from('pushed to a service');
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const pushed = await client.send('POST', `/v2/operating/app/blobs/uploads/?digest=${digest}`, { body });
    assert.equal(pushed.status, 201);
    const pid = await property(machine, 'MainPID');
    const status = await machine.run('cat', `/proc/${pid}/status`);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(status, /^CapBnd:\t0+$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    assert.equal((await machine.run('stat', '-c', '%U %a', '/var/lib/longshore')).trim(), 'longshore 750');
    assert.equal((await machine.run('find', '/var/lib/longshore', '!', '-user', 'longshore')).trim(), '');

    await machine.systemctl('reload', 'longshore');
    assert.equal((await client.send('GET', '/readyz')).status, 200);
    assert.equal(await property(machine, 'MainPID'), pid, 'a reload ends nothing');
    await machine.systemctl('restart', 'longshore');
    await until(isReady(client));
    const pulled = await client.send('GET', `/v2/operating/app/blobs/${digest}`);
    assert.deepEqual([pulled.status, pulled.body], [200, body]);

    await machine.systemctl('stop', 'longshore');
    assert.equal(await property(machine, 'Result'), 'success');
    assert.equal(await property(machine, 'ExecMainStatus'), '0');
    assert.ok(!existsSync('/var/lib/longshore/longshore.db'), 'and nothing of it is on this machine');
  });

  test('starts a server again that was killed', async (t) => {
    const booted = await boot(t, 'LONGSHORE_WORKERS=2');
    if (booted === undefined) return;
    const { machine, client } = booted;
    await machine.systemctl('start', 'longshore');
    await until(isReady(client));
    await machine.systemctl('kill', '--kill-whom=main', '--signal=KILL', 'longshore');
    await until(async () => (await property(machine, 'NRestarts')) === '1');
    await until(isReady(client));
    await machine.systemctl('stop', 'longshore');
    assert.equal(await property(machine, 'Result'), 'success');
  });
});
