import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as v from 'valibot';
import { describeFlags, splitConfigFlags } from './flag-source.ts';
import { describeSchema } from './setting-node.ts';
import { findSetting, isSection, settings } from './settings.ts';

describe('settings', () => {
  it('derive every name from the key', () => {
    const setting = findSetting('gc.graceHours');
    assert.equal(setting?.variable, 'LONGSHORE_GC_GRACE_HOURS');
    assert.equal(setting?.flag, '--gc-grace-hours');
    assert.deepEqual(setting?.accepts, { en: 'a number from 0 to 87600', zh: '数字，0 到 87600' });
    assert.equal(findSetting('store.secretAccessKey')?.flag, undefined);
    assert.equal(findSetting('store.secretAccessKeyFile')?.fileOf, 'store.secretAccessKey');
    assert.equal(findSetting('store.bucket')?.kind, 's3');
    assert.ok(isSection('limits') && !isSection('limit'));
  });

  it('never share a name', () => {
    for (const names of [settings.map((one) => one.variable), settings.flatMap((one) => one.flag ?? [])]) {
      assert.equal(new Set(names).size, names.length);
    }
  });

  it('are described in both languages, in a sentence', () => {
    for (const { key, description } of settings) {
      assert.match(description.en, /^.+\.$/, key);
      assert.match(description.zh, /^.*\p{Script=Han}.*。$/u, key);
    }
  });
});

describe('splitConfigFlags', () => {
  it('leaves a subcommand its own arguments', () => {
    const argv = ['add', 'alice', '--config', 'a.yaml', '--admin', '--data=/d', '--deletion-enabled', 'bob'];
    assert.deepEqual(splitConfigFlags(argv), {
      configFlags: ['--config', 'a.yaml', '--data=/d', '--deletion-enabled'],
      rest: ['add', 'alice', '--admin', 'bob'],
    });
  });
});

describe('describeFlags', () => {
  it('shows what is documented and nothing hidden', () => {
    assert.match(describeFlags(), /--gc-untagged +What happens[^\n]+\n +one of keep, delete \(default: keep\)/);
    assert.doesNotMatch(describeFlags(), /failpoint/);
  });
});

describe('describeSchema', () => {
  it('does not guess what it does not know', () => {
    assert.throws(() => describeSchema(v.strictObject({ since: v.date() })), /type date is not described/);
  });
});
