import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { recordedSurroundings } from '../testing/recorded-surroundings.ts';
import { wordsFor } from './completion.ts';
import { namesFor } from './completion-names.ts';
import { clientCommands } from './index.ts';

const after = (line: string) => wordsFor(line.split(' '), clientCommands);

describe('completion', () => {
  it('offers nouns, verbs, flags and the choices of a flag', () => {
    assert.deepEqual(after('proj'), ['project']);
    assert.deepEqual(after('image h'), ['history']);
    assert.deepEqual(after('project create team --vis'), ['--visibility']);
    assert.deepEqual(after('project create team --visibility p'), ['public', 'private']);
    assert.deepEqual(after('tag ls team/app -o '), ['table', 'wide', 'json', 'yaml', 'name']);
  });

  it('asks the registry for what the word names: project, repository, image or tag', async () => {
    for (const [line, asked, expected] of [
      ['project show te', 'projects?q=te&limit=100', ['team']],
      ['robot ls -p ', 'projects?limit=100', ['team']],
      ['repo show te', 'repositories?q=te&limit=100', ['team']],
      ['tag show -o json te', 'repositories?q=te&limit=100', ['team:']],
      ['image diff a te', 'repositories?q=te&limit=100', ['team:']],
      ['tag show team:t', 'repositories/team/tags?prefix=t&limit=100', ['team:team']],
      ['project create te', undefined, []],
      ['project ls --q te', undefined, []],
    ] as const) {
      const surroundings = recordedSurroundings(() => Response.json({ items: [{ name: 'team' }] }), {
        environment: { LONGSHORE_SERVER: 'http://localhost:1' },
      });
      assert.deepEqual(await namesFor(line.split(' '), clientCommands, surroundings), expected, line);
      assert.deepEqual(surroundings.asked, asked === undefined ? [] : [`GET http://localhost:1/api/v1/${asked}`], line);
    }
    assert.deepEqual(await namesFor(['project', 'show', ''], clientCommands, recordedSurroundings()), [], 'nobody has logged in');
  });

  it('puts nothing into a line that means something to a shell, whatever a registry answers', async () => {
    const items = ['team', 'team;reboot', 'team$(reboot)', 'team`reboot`', 'team\nreboot', 'team x', 'team-2'].map((name) => ({ name }));
    const environment = { LONGSHORE_SERVER: 'http://localhost:1' };
    const surroundings = recordedSurroundings(() => Response.json({ items }), { environment });
    assert.deepEqual(await namesFor(['project', 'show', 'te'], clientCommands, surroundings), ['team', 'team-2']);
  });

  it('does not offer a flag twice, nor anything behind a word that is no verb', () => {
    assert.ok(!after('project ls --limit 3 --').includes('--limit'));
    assert.deepEqual(after('nonsense '), []);
  });
});
