import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLock } from './lock-rules.ts';

const problems = (packages: Record<string, unknown>) =>
  checkLock(JSON.stringify({ packages })).map(({ where, problem }) => `${where}: ${problem}`);

describe('checkLock', () => {
  it('accepts a complete file without hosts', () => {
    const packages = {
      '': { dependencies: { a: '1' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '1', c: '1' }, optionalDependencies: { d: '1' } },
      'node_modules/a/node_modules/b': { version: '1.0.0', dependencies: { c: '1' } },
      'node_modules/c': { version: '1.0.0' },
      'node_modules/d': { version: '1.0.0' },
      'node_modules/w': { link: true, resolved: 'packages/w' },
      'packages/w': { dependencies: { c: '1' } },
    };
    assert.deepEqual(problems(packages), []);
  });

  it('refuses the address of a registry', () => {
    const found = problems({ 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.example/a-1.0.0.tgz' } });
    assert.deepEqual(found, ['package-lock.json: node_modules/a: names a host: https://registry.example/a-1.0.0.tgz']);
  });

  it('refuses a missing package, also an optional one of another platform', () => {
    const found = problems({ 'node_modules/a': { version: '1.0.0', optionalDependencies: { 'a-darwin': '1' } } });
    assert.match(found.join(), /needs a-darwin, which is not in the file/);
  });

  it('refuses install scripts', () => {
    assert.match(problems({ 'node_modules/a': { version: '1.0.0', hasInstallScript: true } }).join(), /has an install script/);
  });
});
