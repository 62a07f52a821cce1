import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';

const noFile = (): string => assert.fail('no file is read');

/** What is wrong with these flags. */
function problemsOf(...flags: string[]): string[] {
  const result = loadConfig(flags, {}, noFile);
  return 'problems' in result ? result.problems.map(({ message }) => message) : [];
}

test('certificates of clients need HTTPS and authorities, and authorities are no use without them', () => {
  const asked = ['--tls-client-certificates', 'optional'];
  const authorities = ['--tls-client-authorities', 'ca.pem'];
  const secure = ['--tls-self-signed', 'a.example'];
  assert.deepEqual(problemsOf(...secure, ...asked, ...authorities, '--tls-client-revocations', 'a.crl,b.crl'), []);
  assert.match(problemsOf(...secure, ...asked).join(), /tls\.clientAuthorities goes with tls\.clientCertificates/);
  assert.match(problemsOf(...secure, ...authorities).join(), /tls\.clientAuthorities goes with tls\.clientCertificates/);
  assert.match(problemsOf(...asked, ...authorities).join(), /tls\.clientCertificates needs HTTPS/);
});
