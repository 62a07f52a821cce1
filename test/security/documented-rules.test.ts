import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const document = readFileSync(fromRoot('docs/security.md'), 'utf8');
const rows = [...document.matchAll(/^\| (.+?) \| ((?:packages|test)\/\S+\.ts) \| (.+) \|$/gm)];

test('every test that docs/security.md names exists', () => {
  assert.ok(rows.length > 50, `${rows.length} rows`);
  assert.equal(rows.length, document.split('\n').filter((line) => line.includes('.ts |')).length, 'every row is read');
  for (const [, rule, file = '', name = ''] of rows) {
    const source = readFileSync(fromRoot(file), 'utf8').replaceAll("\\'", "'");
    assert.ok(source.includes(name), `${rule}: no test '${name}' in ${file}`);
  }
});
