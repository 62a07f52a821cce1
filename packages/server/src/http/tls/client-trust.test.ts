import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ClientAuthority } from '../../../../../test/tools/client-authority.ts';
import type { LogFields } from '../../registry/ports/logger.ts';
import { type ClientTrust, ClientTrustWatch, readClientTrust } from './client-trust.ts';

const authority = new ClientAuthority();
let directory = '';
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longshore-client-trust-'));
});
after(() => rm(directory, { recursive: true }));

async function write(name: string, text: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, text);
  return file;
}

test('every list of a file is read, and other text beside the blocks is not', async () => {
  const other = new ClientAuthority('Other CA');
  const authoritiesFile = await write('both.pem', `Acme\n${authority.cert}\nOther\n${other.cert}`);
  const list = await write('both.crl', `${authority.revoke([])}${other.revoke([])}`);
  const trust = await readClientTrust({ authoritiesFile, revocationFiles: [list] });
  assert.deepEqual([trust.authorities.length, trust.revocations.length], [2, 2]);
});

test('what cannot be used is refused with the file and a remedy', async () => {
  const good = await write('good.pem', authority.cert);
  const damaged = authority.revoke([]).replace(/\n.{8}/, '\nAAAAAAAA');
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['missing.pem', '', /missing\.pem cannot be read/],
    [await write('empty.pem', ''), '', /empty\.pem holds no certificate/],
    [await write('client.pem', authority.issue({ commonName: 'x' }).cert), '', /holds no root/],
    [good, await write('pem.crl', authority.cert), /pem\.crl holds no list of revocations/],
    [good, await write('damaged.crl', damaged), /damaged\.crl is damaged/],
  ];
  for (const [authoritiesFile, list, problem] of rows) {
    const revocationFiles = list === '' ? [] : [list];
    await assert.rejects(readClientTrust({ authoritiesFile, revocationFiles }), problem);
  }
});

test('what cannot be used is told once and leaves what was before; what can comes next', async () => {
  const authoritiesFile = await write('followed.pem', authority.cert);
  const list = await write('followed.crl', authority.revoke([]));
  const files = { authoritiesFile, revocationFiles: [list] };
  const told: (ClientTrust | string)[] = [];
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (_: string, fields?: LogFields) => void told.push(String(fields?.['problem'])),
  };
  const changed = (trust: ClientTrust) => void told.push(trust);
  const watch = new ClientTrustWatch(await readClientTrust(files), { files, logger, changed, pollMs: 3_600_000, elapsed: () => 0 });
  await watch.look();
  assert.deepEqual(told, []);
  await writeFile(list, 'half');
  await watch.look();
  await watch.look();
  assert.equal(told.length, 1);
  assert.match(String(told[0]), /followed\.crl holds no list/);
  await writeFile(list, authority.revoke([authority.issue({ commonName: 'x' })]));
  await watch.look();
  assert.equal(told.length, 2);
  assert.equal(told[1], watch.current);
  watch.close();
});

test('the same is given out again after an hour, so that nobody counts as verified for longer', async () => {
  const files = { authoritiesFile: await write('lasting.pem', authority.cert), revocationFiles: [] };
  const given: ClientTrust[] = [];
  const changed = (trust: ClientTrust) => void given.push(trust);
  const logger = { info: () => assert.fail('nothing has changed'), warn: () => undefined, error: () => undefined };
  let now = 0;
  const first = await readClientTrust(files);
  const watch = new ClientTrustWatch(first, { files, logger, changed, pollMs: 3_600_000, elapsed: () => now });
  now = 3_599_999;
  await watch.look();
  assert.deepEqual(given, []);
  now = 3_600_000;
  await watch.look();
  await watch.look();
  assert.deepEqual(given, [first]);
  assert.notEqual(given[0], first, 'what was verified by another object counts no more');
  // Files that cannot be read make nobody good for longer.
  await rm(files.authoritiesFile);
  now = 7_200_000;
  await watch.look();
  assert.equal(given.length, 2);
  watch.close();
});
