import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { progressLine } from './progress-line.ts';

describe('the line that tells how far something is', () => {
  it('has a bar where it says how much there is to do, of whatever', () => {
    const bar = `[${'#'.repeat(6)}${'.'.repeat(18)}] 25 %`;
    assert.equal(progressLine('job 7 move running', { done: 1, total: 4 }, 2500, 80), `job 7 move running 2s ${bar}`);
    assert.equal(progressLine('comparison', { bytesRead: 5, bytesTotal: 20 }, 0, 80), `comparison 0s ${bar}`);
    assert.equal(progressLine('reading', { readBytes: 1, sizeBytes: 4 }, 0, 80), `reading 0s ${bar}`);
  });

  it('is never longer than the terminal, and steers nothing', () => {
    const text = progressLine('job 7 move running', `\u001b[2J${'x'.repeat(200)}`, 0, 40);
    assert.equal(text.length, 39);
    assert.doesNotMatch(text, /\u001b/);
  });
});
