import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf } from './language.ts';

test('the language is that of LONGSHORE_LANG, otherwise that of the locale', () => {
  const of = (environment: Record<string, string>) => languageOf({ environment });
  assert.equal(of({}), 'en');
  assert.equal(of({ LANG: 'zh_CN.UTF-8' }), 'zh');
  assert.equal(of({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }), 'en');
  assert.equal(of({ LANG: 'zh_CN.UTF-8', LC_MESSAGES: 'de_DE' }), 'en');
  assert.equal(of({ LANG: 'en_US.UTF-8', LONGSHORE_LANG: 'zh-CN' }), 'zh');
  assert.equal(of({ LANG: 'zh', LONGSHORE_LANG: 'en' }), 'en');
  assert.equal(of({ LANG: 'zhuang' }), 'en');
});
