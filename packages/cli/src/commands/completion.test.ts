import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordsFor } from './completion.ts';
import { clientCommands } from './index.ts';

const after = (line: string) => wordsFor(line.split(' '), clientCommands);

describe('completion', () => {
  it('offers nouns, verbs, flags and the choices of a flag', () => {
    assert.deepEqual(after('proj'), ['project']);
    assert.deepEqual(after('image h'), ['history']);
    assert.deepEqual(after('project create team --vis'), ['--visibility']);
    assert.deepEqual(after('project create team --visibility p'), ['public', 'private']);
    assert.deepEqual(after('tag ls team/app -o '), ['table', 'json', 'yaml', 'name']);
  });

  it('does not offer a flag twice, nor anything behind a word that is no verb', () => {
    assert.ok(!after('project ls --limit 3 --').includes('--limit'));
    assert.deepEqual(after('nonsense '), []);
  });
});
