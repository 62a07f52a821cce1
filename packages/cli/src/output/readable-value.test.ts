import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable, readableSize, readableTime, readableValue } from './readable-value.ts';
import { cutToWidth, headingOf, tableOf, widthOf } from './table.ts';

describe('values as people read them', () => {
  it('sizes and times', () => {
    assert.deepEqual([0, 1023, 1536, 123_456_789].map(readableSize), ['0 B', '1023 B', '1.5 KiB', '118 MiB']);
    const now = Date.UTC(2026, 0, 10);
    const reading = { nowMs: now, say: (text: string) => text };
    assert.equal(readableTime('2026-01-07T00:00:00Z', now), '3d ago');
    assert.equal(readableTime('2026-01-10T01:30:00Z', now), 'in 1h');
    assert.equal(readableTime('never', now), 'never');
    assert.equal(readableValue('createdAt', '2026-01-10T00:00:00Z', reading), 'now');
    assert.equal(readableValue('subject', { kind: 'user', name: 'alice' }, reading), 'kind=user name=alice');
    assert.equal(readableValue('tags', [], reading), '-');
    assert.deepEqual(
      [99, 100].map((tags) => readableValue('tagCount', tags, reading)),
      ['99', '100+'],
    );
    assert.equal(readableValue('by', 'user:17:alice', reading), 'user:17:alice');
    const short = { ...reading, isShort: true };
    assert.equal(readableValue('by', 'user:17:alice', short), 'alice');
    assert.equal(readableValue('to', `sha256:${'a'.repeat(64)}`, short), 'sha256:aaaaaaaaaaaa');
  });

  it('nothing steers the terminal', () => {
    assert.equal(printable('a\u001b[31mb\u202ec\u0007\u009b'), 'a\ufffd[31mb\ufffdc\ufffd\ufffd');
    assert.equal(
      readableValue('labels', { 'a\u001b[2J': 'b\u001b]0;x\u0007' }, { nowMs: 0, say: (text) => text }),
      'a\ufffd[2J=b\ufffd]0;x\ufffd',
    );
    assert.equal(printable('\u4e2d\u6587 e\u0301'), '\u4e2d\u6587 e\u0301');
  });

  it('columns stand below each other, wide characters too', () => {
    assert.equal(widthOf('\u4e2d\u6587a'), 5);
    const table = tableOf(['NAME', 'X'], [['\u4e2d\u6587', '1']]);
    assert.deepEqual([table.line(['NAME', 'X']), table.line(['\u4e2d\u6587', '1'])], ['NAME  X', '\u4e2d\u6587  1']);
    const narrow = tableOf(['NAME', 'DIGEST'], [['\u4e2d\u6587\u540d\u5b57\u957f', `sha256:${'a'.repeat(64)}`]], 30);
    const line = narrow.line(['\u4e2d\u6587\u540d\u5b57\u957f', `sha256:${'a'.repeat(64)}`]);
    assert.equal(line, `\u4e2d\u6587\u540d\u5b57\u957f  sha256:${'a'.repeat(10)}\u2026`);
    assert.equal(widthOf(line), 30);
    assert.equal(cutToWidth('\u4e2d\u6587\u540d', 4), '\u4e2d\u2026', 'a wide character is never cut through');
    const tiny = tableOf(['A', 'B'], [['x'.repeat(40), 'y'.repeat(40)]], 10);
    assert.equal(tiny.line(['x'.repeat(40), 'y'.repeat(40)]), `${'x'.repeat(7)}\u2026  ${'y'.repeat(7)}\u2026`);
    assert.deepEqual(['sizeBytes', 'createdAt', 'subject.name', 'promotesTo', 'at'].map(headingOf), [
      'SIZE',
      'CREATED',
      'NAME',
      'PROMOTES TO',
      'AT',
    ]);
  });
});
