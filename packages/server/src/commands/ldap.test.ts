import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { directorySettings, groupEntry, passwordOf, personDn, personEntry } from '../../../../test/tools/directory-content.ts';
import { freePort } from '../../../../test/tools/free-port.ts';
import { findProgram, skipUnless } from '../../../../test/tools/programs.ts';
import { tryProgram } from '../../../../test/tools/run-program.ts';
import { type Slapd, startSlapd } from '../../../../test/tools/slapd.ts';

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

describe('longshore ldap check', { skip }, () => {
  let slapd: Slapd;
  before(async () => {
    slapd = await startSlapd([personEntry('alice'), groupEntry('dev', personDn('alice'))].join('\n'));
  });
  after(() => slapd.stop());

  async function check(args: readonly string[], changes: object = {}, password?: string) {
    const { secureUrl, authorityFile, passwordFile: bindPasswordFile } = slapd;
    const { name, bindDn, userBase } = directorySettings;
    const directory = { name, urls: [secureUrl], authorityFile, bindDn, bindPasswordFile, userBase, ...changes };
    const env = { LONGSHORE_SIGN_IN_LDAP: JSON.stringify([directory]) };
    const file = join(dirname(authorityFile), 'password-of-person');
    if (password !== undefined) await writeFile(file, `${password}\n`);
    const all = [main, 'ldap', 'check', ...args, ...(password === undefined ? [] : ['--password-file', file])];
    const { code, stdout, stderr } = await tryProgram(process.execPath, all, { env });
    return { code, lines: stdout.trim().split('\n'), stderr };
  }

  it('tells each step from the connection to the groups', async () => {
    const { code, lines } = await check(['corp', '--user', 'alice'], {}, passwordOf('alice'));
    assert.equal(code, 0, lines.join('\n'));
    const steps = [
      /connect ldaps:/,
      /tls ldaps:.*TLSv1\.3.*good until/,
      /bind .*cn=reader/,
      /find: uid=alice.*entryUUID/,
      /password:/,
      /groups: dev$/,
    ];
    for (const [index, step] of steps.entries()) assert.match(lines[index] ?? '', new RegExp(`^ok +${step.source}`));
    assert.equal(lines.length, steps.length);
  });

  it('says what is wrong, and where', async () => {
    const closed = `ldaps://localhost:${await freePort()}`;
    const away = await check(['corp', '--user', 'bob'], { urls: [closed, slapd.secureUrl] });
    assert.equal(away.code, 1);
    assert.match(away.lines[0] ?? '', /^FAILED +connect .*ECONNREFUSED/);
    assert.match(away.lines.at(-1) ?? '', /^FAILED +find: userFilter finds nobody below ou=people/);
    const untrusted = await check(['corp'], { authorityFile: undefined });
    assert.match(untrusted.lines.at(-1) ?? '', /^FAILED +tls .*certificate/);
    const unbound = await check(['corp'], { bindDn: 'cn=nobody,dc=example,dc=test' });
    assert.match(unbound.lines.at(-1) ?? '', /^FAILED +bind .*refuses bindDn/);
    const wrong = await check(['corp', '--user', 'alice'], {}, 'wrong');
    assert.match(wrong.lines.at(-1) ?? '', /^FAILED +password:/);
    const unknown = await check(['other']);
    assert.deepEqual([unknown.code, unknown.stderr.includes('Directories: corp.')], [2, true]);
  });
});
