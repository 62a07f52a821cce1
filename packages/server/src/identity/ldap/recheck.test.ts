import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { directorySettings, groupDn, groupEntry, personDn, personEntry } from '../../../../../test/tools/directory-content.ts';
import { findProgram, skipUnless } from '../../../../../test/tools/programs.ts';
import { type Slapd, startSlapd } from '../../../../../test/tools/slapd.ts';
import { systemAgent } from '../../registry/ports/agent.ts';
import type { DueLink } from '../../registry/ports/external-account-store.ts';
import type { ExternalIdentity } from '../../registry/ports/sign-in.ts';
import { recheckPeople } from '../external/recheck.ts';
import { DirectoryTrouble } from './connection.ts';
import { Directory } from './directory.ts';
import { askDirectory } from './recheck.ts';

const skip = skipUnless(findProgram('slapd') !== undefined, 'not installed: slapd; run scripts/install-test-tools');

describe('a recheck of people who came from a directory', { skip }, () => {
  let slapd: Slapd;
  let directory: Directory;
  const links: { externalId: string; name: string }[] = [];

  before(async () => {
    const people = ['stays', 'goes', 'off'];
    slapd = await startSlapd([...people.map((uid) => personEntry(uid)), groupEntry('dev', ...people.map(personDn))].join('\n'));
    const { secureUrl, authorityFile, passwordFile: bindPasswordFile } = slapd;
    const settings = { ...directorySettings, urls: [secureUrl], authorityFile, bindPasswordFile };
    directory = new Directory({ settings, now: Date.now, report: () => undefined });
    for (const name of people) {
      const found = await directory.findByName(name, directory.deadline());
      assert.ok(found.kind === 'entry');
      const person = await directory.identify(found.entry, directory.deadline());
      assert.ok(person.kind === 'person');
      links.push({ externalId: person.identity.externalId, name });
    }
  });
  after(async () => {
    directory.close();
    await slapd.stop();
  });

  /** Who was signed in again, and who was ended. */
  async function recheck(asked: Parameters<typeof askDirectory>[0] = directory) {
    const seen: ExternalIdentity[] = [];
    const ended: string[] = [];
    const warnings: string[] = [];
    const due = links.map(
      ({ externalId, name }, id): DueLink => ({
        ...{ id, userId: id, provider: 'corp', externalId, externalName: name, email: undefined },
        ...{ createdAt: 0, lastSeenAt: 0, renewal: undefined },
      }),
    );
    const nameOf = (wanted: string) => links.find(({ externalId }) => externalId === wanted)?.name ?? '';
    await recheckPeople(
      {
        provider: 'corp',
        ask: (link) => askDirectory(asked, link),
        accounts: {
          claimDueLinks: async () => due.splice(0),
          endExternal: async ({ externalId, suspends }) => {
            assert.equal(suspends, true);
            ended.push(nameOf(externalId));
            return true;
          },
        },
        external: {
          renew: async (identity) => {
            seen.push(identity);
            return { kind: 'not-admitted' };
          },
        },
        ...{ decidesAdministrators: false, suspends: true, by: systemAgent('test') },
        intervalMs: 60_000,
        logger: { info: () => undefined, warn: (message) => warnings.push(message), error: () => undefined },
        now: Date.now,
      },
      new AbortController().signal,
    );
    return { seen: seen.map(({ wantedName, groups }) => `${wantedName}: ${groups.join()}`), ended, warnings };
  }

  it('ends whoever is gone or disabled, and knows the others and their groups by their ids', async () => {
    assert.deepEqual(await recheck(), { seen: ['stays: dev', 'goes: dev', 'off: dev'], ended: [], warnings: [] });
    await slapd.modify(`dn: ${personDn('goes')}\nchangetype: delete\n`);
    await slapd.modify(`dn: ${personDn('off')}\nchangetype: modify\nadd: userAccountControl\nuserAccountControl: 514\n`);
    await slapd.modify(`dn: ${personDn('stays')}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n`);
    await slapd.modify(`dn: ${groupDn('dev')}\nchangetype: modify\ndelete: member\nmember: uid=renamed,${directorySettings.userBase}\n`);
    assert.deepEqual(await recheck(), { seen: ['renamed: '], ended: ['goes', 'off'], warnings: [] });
  });

  it('goes on with the others when the directory has no answer about one', async () => {
    const troubled = links[0]?.externalId;
    const seen = await recheck({
      deadline: () => directory.deadline(),
      identify: (...person) => directory.identify(...person),
      findById: async (id, end) => {
        if (id === troubled) throw new DirectoryTrouble('adminLimitExceeded', { server: false });
        return directory.findById(id, end);
      },
    });
    assert.deepEqual([seen.ended, seen.warnings.length], [['goes', 'off'], 1]);
  });

  it('ends nobody while the directory cannot be asked', async () => {
    await slapd.end();
    const { seen, ended, warnings } = await recheck();
    assert.deepEqual([seen, ended], [[], []]);
    assert.equal(warnings.length, 1);
    await slapd.start();
  });
});
