import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../../../../../test/security/until.ts';
import { directorySettings, groupDn, groupEntry, passwordOf, personDn, personEntry } from '../../../../../test/tools/directory-content.ts';
import { freePort } from '../../../../../test/tools/free-port.ts';
import { findProgram, skipUnless } from '../../../../../test/tools/programs.ts';
import { type Slapd, slapdReader, slapdSuffix, startSlapd } from '../../../../../test/tools/slapd.ts';
import type { ExternalIdentity } from '../../registry/ports/sign-in.ts';
import { Directory } from './directory.ts';
import type { DirectorySettings } from './directory-settings.ts';
import { DirectoryPasswords } from './password-source.ts';

const guid = '33221100-5544-7766-8899-aabbccddeeff';
const content = [
  personEntry('alice', 'objectGUID:: ABEiM0RVZneImaq7zN3u/w==', 'sAMAccountName: ALICE'),
  personEntry('bob'),
  personEntry('mark'),
  personEntry('gone', 'shadowExpire: 1'),
  personEntry('off', 'userAccountControl: 514'),
  personEntry('zoe', 'sAMAccountName:: em/Dqw=='),
  personEntry('left', 'accountExpires: 116444736010000000'),
  personEntry('never', 'accountExpires: 9223372036854775807', 'shadowExpire: -1', 'userAccountControl: 512'),
  groupEntry('dev', personDn('alice'), personDn('bob')),
  groupEntry('staff', groupDn('dev')),
  groupEntry('all', groupDn('staff'), groupDn('ring')),
  groupEntry('ring', groupDn('all')),
  `dn: cn=dev\\, ops,${slapdSuffix}\nobjectClass: groupOfNames\ncn: dev, ops\nmember: ${personDn('bob')}\n`,
].join('\n');

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');

describe('a directory', { skip }, () => {
  let slapd: Slapd;
  let files = '';
  const open: Directory[] = [];

  before(async () => {
    files = await mkdtemp(join(tmpdir(), 'longshore-directory-'));
    slapd = await startSlapd(content);
  });
  after(async () => {
    for (const directory of open) directory.close();
    await slapd.stop();
    await rm(files, { recursive: true, force: true });
  });

  function directoryWith(changes: Partial<DirectorySettings> = {}): Directory {
    const { secureUrl, authorityFile, passwordFile: bindPasswordFile } = slapd;
    const settings = { ...directorySettings, urls: [secureUrl], authorityFile, bindPasswordFile, ...changes };
    const directory = new Directory({ settings, now: Date.now, report: () => undefined });
    open.push(directory);
    return directory;
  }

  const sourceWith = (changes: Partial<DirectorySettings> = {}) => new DirectoryPasswords(directoryWith(changes), { rememberMs: 0 });

  async function identityOf(uid: string, changes: Partial<DirectorySettings> = {}): Promise<ExternalIdentity> {
    const answer = await sourceWith(changes).check(uid, passwordOf(uid));
    assert.equal(answer.kind, 'proved', JSON.stringify(answer));
    return answer.identity;
  }

  /** Whose passwords the directory was asked about by `work`, in order. */
  async function bindsDuring(work: () => Promise<unknown>): Promise<(string | undefined)[]> {
    const mark = async (uid: string): Promise<number> => {
      const begin = slapd.output().length;
      const line = `BIND dn="${personDn(uid)}" method=128`;
      await sourceWith().check(uid, 'a mark in the log');
      // What it logs comes some time after what it answers.
      await until(() => slapd.output().indexOf(line, begin) > 0);
      return slapd.output().indexOf(line, begin);
    };
    const from = await mark('mark');
    await work();
    const to = await mark('mark');
    const between = slapd.output().slice(from, to);
    return [...between.matchAll(/BIND dn="([^"]*)" method=128/g)]
      .map(([, dn]) => dn)
      .slice(1)
      .filter((dn) => dn !== slapdReader.dn);
  }

  it('knows people by their passwords, over ldaps and StartTLS', async () => {
    const { externalId, ...alice } = await identityOf('alice');
    assert.deepEqual(alice, { provider: 'corp', wantedName: 'alice', email: 'alice@example.test', groups: ['dev'] });
    assert.match(externalId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const again = await identityOf('alice', { urls: [slapd.plainUrl], startTls: true });
    assert.equal(again.externalId, externalId);
    assert.match(slapd.output(), /STARTTLS/);
    assert.equal((await sourceWith().check('alice', passwordOf('bob'))).kind, 'refused');
    assert.deepEqual(await sourceWith().check('nobody', passwordOf('alice')), { kind: 'unknown' });
  });

  it('is not asked about an empty password, which is no password to it', async () => {
    const source = sourceWith();
    const asked = await bindsDuring(async () => {
      assert.equal((await source.check('alice', '')).kind, 'refused');
      assert.equal((await source.check('', passwordOf('alice'))).kind, 'unknown');
      const found = await directoryWith().findByName('alice', performance.now() + 60_000);
      assert.ok(found.kind === 'entry');
      assert.equal(await directoryWith().proves(found.entry, '', performance.now() + 60_000), false);
    });
    assert.deepEqual(asked, []);
  });

  it('takes no name for a piece of a filter', async () => {
    const source = sourceWith();
    for (const name of ['*', 'a*', 'alice)(uid=*', 'x)(|(uid=alice)', '\\61lice', 'alice\0', '{dn}']) {
      assert.deepEqual(await source.check(name, passwordOf('alice')), { kind: 'unknown' }, name);
    }
    assert.equal((await source.check('ALICE', passwordOf('alice'))).kind, 'proved');
  });

  it('refuses whoever is found twice', async () => {
    const answer = await sourceWith({ userFilter: '(|(uid={name})(uid=bob))' }).check('alice', passwordOf('alice'));
    assert.ok(answer.kind === 'refused');
    assert.match(answer.detail, /several people/);
  });

  it('refuses whoever is disabled, with the right password', async () => {
    for (const [uid, why] of [
      ['gone', /shadowExpire/],
      ['off', /userAccountControl/],
      ['left', /accountExpires/],
    ] as const) {
      const answer = await sourceWith().check(uid, passwordOf(uid));
      assert.ok(answer.kind === 'refused');
      assert.match(answer.detail, why);
    }
    await identityOf('never');
  });

  it('calls people and tells them apart by the attributes of Active Directory', async () => {
    const changes = { idAttribute: 'objectguid', nameAttribute: 'sAMAccountName', userFilter: '(sAMAccountName={name})' };
    const { externalId, wantedName } = await identityOf('alice', changes);
    assert.deepEqual([externalId, wantedName], [guid, 'ALICE']);
    const found = await directoryWith(changes).findById(guid, performance.now() + 60_000);
    assert.ok(found.kind === 'entry');
    assert.equal(found.entry.dn, personDn('alice'));
    const none = await directoryWith(changes).findById(guid.replace('33', '34'), performance.now() + 60_000);
    assert.equal(none.kind, 'none');
    const answer = await sourceWith(changes).check('zoë', passwordOf('zoe'));
    assert.ok(answer.kind === 'refused');
    assert.match(answer.detail, /no single objectguid/);
  });

  it('finds groups by memberOf, by search, and groups of groups that contain each other', async () => {
    const groupBase = `ou=groups,${slapdSuffix}`;
    assert.deepEqual((await identityOf('bob')).groups.toSorted(), ['dev', 'dev, ops']);
    assert.deepEqual((await identityOf('bob', { groupBase })).groups, ['dev']);
    const groupFilter = '(&(objectClass=groupOfNames)(member={dn}))';
    assert.deepEqual((await identityOf('bob', { groupBase, groupFilter })).groups, ['dev']);
    const nested = await identityOf('bob', { groupBase, groupFilter, nestedGroups: true });
    assert.deepEqual(nested.groups.toSorted(), ['all', 'dev', 'ring', 'staff']);
    assert.deepEqual((await identityOf('never', { groupBase, groupFilter, nestedGroups: true })).groups, []);
  });

  it('keeps its connections, and tries passwords on others than it searches on', async () => {
    const source = sourceWith();
    await source.check('alice', passwordOf('alice'));
    let opened = 0;
    const asked = await bindsDuring(async () => {
      const before = slapd.output().match(/ACCEPT from/g)?.length;
      for (const uid of ['alice', 'bob', 'never']) assert.equal((await source.check(uid, passwordOf(uid))).kind, 'proved');
      opened = (slapd.output().match(/ACCEPT from/g)?.length ?? 0) - (before ?? 0);
    });
    assert.deepEqual([asked, opened], [['alice', 'bob', 'never'].map(personDn), 0]);
  });

  it('is asked once by requests with the same password at the same time, and by 32 at a time', async () => {
    const source = sourceWith();
    const asked = await bindsDuring(async () => {
      const same = await Promise.all(Array.from({ length: 50 }, () => source.check('bob', passwordOf('bob'))));
      assert.ok(same.every(({ kind }) => kind === 'proved'));
    });
    assert.deepEqual(asked, [personDn('bob')]);
    const flood = await Promise.all(Array.from({ length: 400 }, (_, index) => source.check('bob', `guess ${index}`)));
    const kinds = flood.map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'refused').length, 32 + 256);
    assert.equal(kinds.filter((kind) => kind === 'away').length, 400 - 32 - 256);
  });

  it('is away when it is stopped or silent, within its time, and back at once', async () => {
    const source = sourceWith({ timeoutSeconds: 8 });
    assert.equal((await source.check('alice', passwordOf('alice'))).kind, 'proved');
    const waitFor = async (kind: string): Promise<number> => {
      const began = performance.now();
      const answer = await source.check('alice', passwordOf('alice'));
      assert.equal(answer.kind, kind, JSON.stringify(answer));
      return performance.now() - began;
    };
    await slapd.freeze();
    const first = await waitFor('away');
    assert.ok((await waitFor('away')) < first / 2, 'nobody waits for what has just been silent');
    slapd.thaw();
    await slapd.end();
    const fresh = sourceWith();
    assert.equal((await fresh.check('alice', passwordOf('alice'))).kind, 'away');
    await slapd.start();
    await identityOf('alice');
  });

  it('goes to its next server when one is away, and goes there first from then on', async () => {
    // Holds nothing open when the test fails.
    let asked = 0;
    const silent = createServer((socket) => {
      asked += 1;
      socket.unref();
    }).unref();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    assert.ok(address !== null && typeof address === 'object');
    const urls = [`ldaps://localhost:${await freePort()}`, `ldaps://localhost:${address.port}`, slapd.secureUrl];
    const source = sourceWith({ urls, timeoutSeconds: 16 });
    assert.equal((await source.check('alice', passwordOf('alice'))).kind, 'proved');
    assert.equal(asked, 1);
    assert.equal((await source.check('bob', passwordOf('bob'))).kind, 'proved');
    assert.equal(asked, 1, 'the silent server was asked again');
    silent.close();
  });

  it('is told no password when its certificate is not the one to trust', async () => {
    const asked = await bindsDuring(async () => {
      for (const changes of [{}, { urls: [slapd.plainUrl], startTls: true }]) {
        const answer = await sourceWith({ ...changes, authorityFile: undefined }).check('alice', passwordOf('alice'));
        assert.ok(answer.kind === 'away');
        assert.match(answer.detail, /certificate/);
      }
      const wrongName = { urls: [slapd.secureUrl.replace('localhost', '127.0.0.1')] };
      const answer = await sourceWith(wrongName).check('alice', passwordOf('alice'));
      assert.ok(answer.kind === 'away');
      assert.match(answer.detail, /127\.0\.0\.1/);
    });
    assert.deepEqual(asked, []);
  });

  it('says that the password of the reader is wrong, and reads it again when it changes', async () => {
    const file = join(files, 'password');
    await writeFile(file, 'not this one\n');
    const source = sourceWith({ bindPasswordFile: file });
    const answer = await source.check('alice', passwordOf('alice'));
    assert.ok(answer.kind === 'away');
    assert.ok(answer.detail.includes(`refuses bindDn ${slapdReader.dn} with the password in ${file}`), answer.detail);
    await copyFile(slapd.passwordFile, file);
    assert.equal((await sourceWith({ bindPasswordFile: file }).check('alice', passwordOf('alice'))).kind, 'proved');
  });

  it('does not begin with a filter that is none', () => {
    assert.throws(() => directoryWith({ userFilter: '(uid={name}' }), /signIn\.ldap\[corp\]\.userFilter is no filter/);
  });
});
