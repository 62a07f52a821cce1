import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDocuments } from './document-rules.ts';

const problems = (files: Record<string, string>) =>
  checkDocuments(new Map(Object.entries(files)), (path) => path in files).map(({ where, problem }) => `${where}: ${problem}`);

describe('checkDocuments', () => {
  it('accepts links to files that exist, to parts of pages, and to other hosts', () => {
    const text = '[a](docs/guides/a.md) [b](docs/guides/a.md#part) [c](https://example.com/x) [d](#here)\n=======\n';
    assert.deepEqual(problems({ 'README.md': text, 'docs/guides/a.md': '[up](../../README.md)' }), []);
  });

  it('refuses links that lead nowhere, as seen from their file', () => {
    const found = problems({ 'docs/guides/a.md': 'x\n[up](README.md)', 'README.md': '' });
    assert.deepEqual(found, ['docs/guides/a.md:2: links to README.md, which is not there']);
  });

  it('refuses what a merge left behind', () => {
    const text = ['<<<<<<< HEAD', 'one', '=======', 'other', '>>>>>>> 1234567 (a change)'].join('\n');
    assert.deepEqual(problems({ 'README.md': text }), [
      'README.md:1: is of a merge that was not finished',
      'README.md:5: is of a merge that was not finished',
    ]);
  });

  it('refuses two decisions of one number', () => {
    const found = problems({ 'docs/decisions/0001-a.md': '', 'docs/decisions/0001-b.md': '', 'docs/decisions/0002-c.md': '' });
    assert.deepEqual(found, ['docs/decisions/0001-b.md: has the number of docs/decisions/0001-a.md']);
  });
});
