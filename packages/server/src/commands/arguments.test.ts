import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, UsageError } from './arguments.ts';

test('what is wrong with a flag is said in one sentence', () => {
  const options = { 'dry-run': { type: 'boolean' }, user: { type: 'string' } } as const;
  for (const [argv, message] of [
    [['--dryrun'], 'There is no flag --dryrun.'],
    [['-x'], 'There is no flag -x.'],
    [['--dry-run=yes'], '--dry-run takes no value.'],
    [['--user'], '--user needs a value.'],
    [['--user', '--dry-run'], '--user needs a value.'],
  ] as const) {
    assert.throws(() => readArguments(argv, options), new UsageError(message));
  }
  assert.deepEqual({ ...readArguments(['check', '--user', 'alice'], options).values }, { user: 'alice' });
});
