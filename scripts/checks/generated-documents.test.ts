import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkGenerated } from './generated-documents.ts';

describe('checkGenerated', () => {
  const documents = [{ path: 'docs/a.md', render: () => 'now\n' }];

  it('accepts what would be written again', async () => assert.deepEqual(await checkGenerated(() => 'now\n', documents), []));

  it('refuses an old text and a missing file', async () => {
    for (const text of ['before\n', undefined]) {
      const found = await checkGenerated(() => text, documents);
      assert.deepEqual(
        found.map(({ where }) => where),
        ['docs/a.md'],
      );
    }
  });
});
