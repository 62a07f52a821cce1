import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '../crash/server-process.ts';
import { groupDn, groupEntry, passwordOf, personDn, personEntry } from '../tools/directory-content.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { tryProgram } from '../tools/run-program.ts';
import { type Slapd, slapdSuffix, startSlapd } from '../tools/slapd.ts';
import { guideBlocks, localised } from './guide-blocks.ts';

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');
const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
const settingsOf = async (guide: string) =>
  (await guideBlocks(guide)).filter(({ language }) => language === 'yaml').map(({ text }) => text);

describe('the guide of directories', { skip }, () => {
  let slapd: Slapd;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-ldap-guide-'));
    slapd = await startSlapd(
      [
        personEntry('alice'),
        groupEntry('leads', personDn('alice')),
        groupEntry('registry-admins', groupDn('leads')),
        groupEntry('others', personDn('alice')),
      ].join('\n'),
    );
  });
  after(async () => {
    await slapd.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has the same configurations in both languages', async () => {
    assert.deepEqual(await settingsOf('ldap.zh-CN.md'), await settingsOf('ldap.md'));
  });

  it('lets people of OpenLDAP in, with groups of groups', async () => {
    const [openLdap = ''] = await settingsOf('ldap.md');
    const file = join(folder, 'longshore.yaml');
    const own = {
      'ldaps://ldap1.example.com, ldaps://ldap2.example.com': slapd.secureUrl,
      '/etc/longshore/company-ca.pem': slapd.authorityFile,
      '/etc/longshore/ldap-password': slapd.passwordFile,
      'dc=example,dc=com': slapdSuffix,
    };
    await writeFile(file, localised(openLdap, own));
    const checked = await tryProgram(process.execPath, [main, 'ldap', 'check', 'corp', '--user', 'alice', '--config', file]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /^ok +groups: .*registry-admins/m);
    const server = await startServer({ data: join(folder, 'data'), env: { LONGSHORE_CONFIG: file, LONGSHORE_ANONYMOUS: 'none' } });
    try {
      const authorization = `Basic ${Buffer.from(`alice:${passwordOf('alice')}`).toString('base64')}`;
      const answer = await fetch(`${server.baseUrl}/api/v1/groups`, { headers: { authorization } });
      assert.equal(answer.status, 200, 'alice administers');
      const { items } = (await answer.json()) as { items: { name: string }[] };
      assert.deepEqual(
        items.map(({ name }) => name),
        ['registry-admins'],
      );
    } finally {
      await server.stop();
    }
  });

  it('has settings for Active Directory that a server takes', async () => {
    const [, activeDirectory = ''] = await settingsOf('ldap.md');
    const file = join(folder, 'active-directory.yaml');
    await writeFile(file, activeDirectory);
    const { code, stderr } = await tryProgram(process.execPath, [main, 'config', 'check', '--config', file]);
    assert.equal(code, 0, stderr);
  });
});
