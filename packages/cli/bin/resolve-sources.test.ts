import assert from 'node:assert/strict';
import type { ResolveFnOutput } from 'node:module';
import { describe, it } from 'node:test';
import { sourceResolver } from './resolve-sources.js';

const parentURL = 'file:///srv/longshore/packages/server/src/http/listener.ts';
const context = { conditions: [], importAttributes: {}, parentURL };

describe('sourceResolver', () => {
  const asked: string[] = [];
  const next = (specifier: string): ResolveFnOutput => {
    asked.push(specifier);
    return { url: `file:///found/${specifier}`, format: 'module' };
  };

  it('puts sources beside their importer, as TypeScript', () => {
    const resolve = sourceResolver();
    const found = (specifier: string) => resolve(specifier, context, next);
    assert.deepEqual(found('./drain.ts'), {
      url: 'file:///srv/longshore/packages/server/src/http/drain.ts',
      format: 'module-typescript',
      shortCircuit: true,
    });
    assert.equal(found('../compose.ts').url, 'file:///srv/longshore/packages/server/src/compose.ts');
    assert.deepEqual(asked.splice(0), []);
  });

  it('asks once for a package of the workspace', () => {
    const resolve = sourceResolver();
    const first = resolve('@longshore/oci', context, next);
    const second = resolve('@longshore/oci', { ...context, parentURL: 'file:///elsewhere/a.ts' }, next);
    assert.deepEqual(second, first);
    assert.equal(resolve('@longshore/oci/client', context, next).url, 'file:///found/@longshore/oci/client');
    assert.deepEqual(asked.splice(0), ['@longshore/oci', '@longshore/oci/client']);
  });

  it('leaves everything else to Node', () => {
    const resolve = sourceResolver();
    const others = ['jose/jwt/sign', 'node:fs', './package.json', './a.js', '.hidden.ts'];
    for (const specifier of others) resolve(specifier, context, next);
    resolve('./a.ts', { ...context, parentURL: 'data:text/javascript,' }, next);
    resolve('./a.ts', { ...context, parentURL: undefined }, next);
    assert.deepEqual(asked.splice(0), [...others, './a.ts', './a.ts']);
  });
});
