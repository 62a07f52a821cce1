import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../http/tls/certificate-writer.ts';
import { trustedAuthorities } from './trusted-authorities.ts';

test('outgoing.caFile: its authorities are trusted besides the usual ones; what is none is said with the file', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-authorities-'));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, 'ca.pem');
  const usual = await trustedAuthorities(undefined);
  assert.ok(usual.length > 50);
  const own = ['one', 'two'].map((name) => makeAuthority([name], new Date()).certificate.toString());
  await writeFile(file, `a remark\n${own.join('\n')}`);
  const trusted = await trustedAuthorities(file);
  assert.equal(trusted.length, usual.length + 2);
  assert.deepEqual(
    trusted.slice(-2).map((text) => text.trim()),
    own.map((text) => text.trim()),
  );
  for (const wrong of ['', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
    await writeFile(file, wrong);
    await assert.rejects(trustedAuthorities(file), /ca\.pem' \(outgoing\.caFile\) cannot be used.*PEM/);
  }
  await assert.rejects(trustedAuthorities(join(directory, 'absent')), /absent.*outgoing\.caFile/);
});
