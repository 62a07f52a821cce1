import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeIn, timeAgoIn } from '../../packages/console/src/i18n/formats.ts';

test('sizes are written by the units of the registry, in the numbers of the language', () => {
  const written: [number, string][] = [
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [150 * 1024 ** 2, '150 MiB'],
    [2.5 * 1024 ** 4, '2.5 TiB'],
    [5000 * 1024 ** 5, '5,000 PiB'],
  ];
  for (const [bytes, text] of written) assert.equal(sizeIn('en', bytes), text);
  assert.equal(sizeIn('zh-CN', 1536), '1.5 KiB');
  assert.equal(sizeIn('zh-CN', 12), '12 字节');
});

test('ages are written in the largest unit that they fill', () => {
  const second = 1000;
  const written: [number, string, string][] = [
    [0, 'now', '现在'],
    [-59 * second, 'now', '现在'],
    [-60 * second, '1 minute ago', '1 分钟前'],
    [-(23 * 60 + 40) * 60 * second, '23 hours ago', '23 小时前'],
    [-25 * 3600 * second, '1 day ago', '1 天前'],
    [-40 * 86_400 * second, '1 month ago', '1 个月前'],
    [-800 * 86_400 * second, '2 years ago', '2 年前'],
    [3 * 86_400 * second, 'in 3 days', '3 天后'],
    [(90 * 86_400 - 5) * second, 'in 3 months', '3 个月后'],
  ];
  const now = Date.parse('2026-01-31T12:00:00Z');
  for (const [ms, en, zh] of written) {
    assert.equal(timeAgoIn('en', now + ms, now), en);
    assert.equal(timeAgoIn('zh-CN', now + ms, now), zh);
  }
});
