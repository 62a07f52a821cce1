import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

const noFile = (): string => assert.fail('no file is read');

/** What is wrong with these flags besides those that make a good start. */
function problemsOf(...flags: string[]): string[] {
  const result = loadConfig(['--tls-acme-names', 'a.example', '--tls-acme-terms-agreed', ...flags], {}, noFile);
  return 'problems' in result ? result.problems.map(({ message }) => message) : [];
}

describe('settings of tls.acme', () => {
  it('come from flags, variables and the file alike, a section in a section, and are printed so', () => {
    const env = { LONGSHORE_CONFIG: 'c.yaml', LONGSHORE_TLS_ACME_EMAIL: 'ops@a.example' };
    const file = () => 'tls:\n  minVersion: "1.3"\n  acme:\n    names: [A.example, 10.1.2.3]\n    httpListen: ":8080"\n';
    const result = loadConfig(['--tls-acme-terms-agreed', '--tls-acme-http-listen', ':8081'], env, file);
    if ('problems' in result) assert.fail(JSON.stringify(result.problems));
    const { acme, minVersion } = result.config.tls;
    assert.equal(minVersion, '1.3');
    assert.deepEqual(acme.names, ['a.example', '10.1.2.3']);
    assert.deepEqual([acme.termsAgreed, acme.email, acme.httpListen.port], [true, 'ops@a.example', 8081]);
    const printed = printConfig(result);
    assert.match(
      printed,
      /^tls:\n(?: {2}.*\n)* {2}acme:\n(?: {4}.*\n)* {4}httpListen: :8081 # --tls-acme-http-listen\n(?: {4}.*\n)* {2}minVersion: "1\.3"/m,
    );
    const again = loadConfig(['--config', 'c.yaml'], {}, () => printed);
    assert.deepEqual('problems' in again ? again.problems : again.config.tls, result.config.tls, 'it can be used as a file');
  });

  it('are refused without agreement, beside another certificate, and where names cannot be proved so', () => {
    assert.deepEqual(problemsOf(), []);
    assert.match(problemsOf('--tls-acme-terms-agreed', 'false').join(), /needs tls\.acme\.termsAgreed: true/);
    assert.match(problemsOf('--tls-cert-file', 'a.crt').join(), /tls\.acme\.names is given beside tls\.certFile/);
    assert.match(problemsOf('--tls-acme-names', '*.a.example').join(), /\*\.NAME needs dns-hook/);
    assert.match(problemsOf('--tls-acme-challenge', 'dns-hook').join(), /tls\.acme\.dnsHook goes with/);
    const byDns = ['--tls-acme-challenge', 'dns-hook', '--tls-acme-dns-hook', '/hook', '--tls-acme-names'];
    assert.deepEqual(problemsOf(...byDns, '*.a.example'), []);
    assert.match(problemsOf(...byDns, '10.1.2.3').join(), /an IP address needs http-01/);
  });

  it('name no authority that would be asked over plain HTTP', () => {
    assert.match(problemsOf('--tls-acme-directory', 'http://ca.example/dir').join(), /tls\.acme\.directory must be an https URL/);
    assert.match(
      problemsOf('--tls-acme-directory', 'https://user:word@ca.example/dir').join(),
      /tls\.acme\.directory must be an https URL/,
    );
    assert.deepEqual(problemsOf('--tls-acme-directory', 'https://ca.example/dir'), []);
  });
});
