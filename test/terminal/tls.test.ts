import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { runLongshore } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';

async function temporaryDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-tls-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** The status of `GET /healthz` for a client that trusts only this authority. */
function health(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/healthz`, { ca, agent: false }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end();
  });
}

describe('TLS at the terminal', () => {
  it('a certificate and a key that do not fit, or are not there, keep the server from starting, with everything that is wrong', async (t) => {
    const directory = await temporaryDirectory(t);
    const authority = makeAuthority(['a.example'], new Date());
    const [one, two] = [0, 1].map(() => makeServerCertificate(authority, ['a.example'], new Date()));
    const [certFile, keyFile] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
    const serve = () =>
      runLongshore(
        'serve',
        '--data',
        join(directory, 'data'),
        '--listen',
        '127.0.0.1:0',
        '--tls-cert-file',
        certFile,
        '--tls-key-file',
        keyFile,
      );
    const absent = await serve();
    assert.equal(absent.code, 1);
    assert.match(absent.stderr, /tls\.crt is not there: .*\n.*tls\.key is not there: /);
    await writeFile(certFile, one?.certificate.toString() ?? '');
    await writeFile(keyFile, String(two?.key.export({ type: 'pkcs8', format: 'pem' })));
    const unfit = await serve();
    assert.equal(unfit.code, 1);
    assert.match(
      unfit.stderr,
      /^longshore serve: .*tls\.key is not the key of the certificate in .*tls\.crt \(CN=Longshore\): give the key/m,
    );
    assert.doesNotMatch(unfit.stderr, /PRIVATE|\n {4}at /);
  });

  it('settings that contradict each other are refused', async () => {
    const { code, stderr } = await runLongshore('serve', '--tls-key-file', 'a.key', '--tls-self-signed', 'not a host');
    assert.equal(code, 2);
    assert.match(stderr, /tls\.selfSigned must be host names/);
    const both = await runLongshore('serve', '--tls-cert-file', 'a.crt', '--tls-self-signed', 'a.example');
    assert.match(both.stderr, /tls\.selfSigned and tls\.certFile are both given; give one/);
    const lone = await runLongshore('serve', '--tls-key-file', 'a.key');
    assert.match(lone.stderr, /tls\.keyFile goes with tls\.certFile/);
  });

  for (const workers of ['1', '2']) {
    it(`--tls-self-signed serves HTTPS with an authority that 'longshore ca print' gives out (${workers} processes)`, async (t) => {
      const server = await startLongshore({ args: ['--tls-self-signed', '127.0.0.1', '--workers', workers] });
      t.after(() => server.stop());
      assert.match(server.url, /^https:/);
      assert.match(server.output(), /longshore ca --help/);
      const { code, stdout } = await runLongshore('ca', 'print', '--data', server.dataDir);
      assert.equal(code, 0);
      assert.equal(stdout, await readFile(join(server.dataDir, 'tls', 'ca.crt'), 'utf8'));
      assert.ok(new X509Certificate(stdout).ca);
      const answers = await Promise.all(Array.from({ length: 8 }, () => health(server.url, stdout)));
      assert.deepEqual(new Set(answers), new Set([200]));
      await assert.rejects(health(server.url, makeAuthority(['127.0.0.1'], new Date()).certificate.toString()));
    });
  }

  it("'longshore ca print' says how to make an authority where there is none", async (t) => {
    const { code, stderr } = await runLongshore('ca', 'print', '--data', await temporaryDirectory(t));
    assert.equal(code, 1);
    assert.match(stderr, /There is no certificate authority in .*--tls-self-signed/);
  });
});
