import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuProfile, selfTimes } from './cpu-profile.ts';

const frame = (functionName: string, url = '', lineNumber = -1) => ({ functionName, url, lineNumber });

test('self time is added up over all places from which a function was called', () => {
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('parse', 'node:url', 9) },
      { id: 3, callFrame: frame('parse', 'node:url', 9) },
      { id: 4, callFrame: frame('', 'node:url', 9) },
    ],
    samples: [1, 2, 3, 4, 1],
    timeDeltas: [100, 300, 200, 50, 350],
  };
  assert.deepEqual(selfTimes(profile), [
    { where: '`parse` node:url:10', share: 0.5 },
    { where: '(idle)', share: 0.45 },
    { where: '`(anonymous)` node:url:10', share: 0.05 },
  ]);
});
