import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runLongshore } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';

describe('words at the terminal that a verb does not take', () => {
  let data = '';
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'longshore-arguments-'));
    await (await startLongshore({ dataDir: data })).stop();
  });
  after(() => rm(data, { recursive: true, force: true }));

  for (const [words, expected] of [
    ['gc dry-run', /gc takes no 'dry-run'.*--dry-run/],
    ['user add', /'user add' takes NAME; missing: NAME/],
    ['user add alice bob', /'user add' takes NAME; too much: bob/],
    ['user remove alice bob', /'user remove' takes NAME; too much: bob/],
    ['user list admin', /'user list' takes nothing; too much: admin/],
    ['user grant admin', /'user grant' takes NAME PROJECT ROLE; missing: PROJECT ROLE/],
    ['token list admin 3', /'token list' takes USER; too much: 3/],
    ['token revoke admin', /'token revoke' takes USER ID; missing: ID/],
    ['config check --lissten :1', /--lissten: unknown flag; did you mean --listen\?/],
    ['config print twice', /twice: unexpected argument/],
  ] as const) {
    it(`refuses '${words}', with 2 and the reason`, async () => {
      const { code, stderr } = await runLongshore(...words.split(' '), '--data', data);
      assert.equal(code, 2);
      assert.match(stderr, expected);
    });
  }
});
