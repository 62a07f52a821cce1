import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientCommands } from '../../packages/cli/src/commands/index.ts';
import { findCommand } from '../../packages/cli/src/find-command.ts';
import { readArguments } from '../../packages/cli/src/read-arguments.ts';
import { guideBlocks, withoutComments } from './guide-blocks.ts';

/** The words of the commands in a block, as a shell would hand them over. */
async function commandsOf(guide: string): Promise<string[][]> {
  const blocks = (await guideBlocks(guide)).filter(({ language }) => language === 'sh');
  const lines = blocks.flatMap(({ text }) => withoutComments(text).split('\n'));
  return lines.flatMap((line) => {
    const [, command] = /longshore (.*?)(?: [|<>] .*|\)\s*)?$/.exec(line.trimEnd()) ?? [];
    return command === undefined ? [] : [[...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')];
  });
}

test('the commands of the guide are there and take what they are given, in both languages', async () => {
  const [english, chinese] = await Promise.all(['command-line.md', 'command-line.zh-CN.md'].map(commandsOf));
  assert.deepEqual(english, chinese);
  assert.ok((english?.length ?? 0) > 30);
  for (const words of english ?? []) {
    const command = findCommand(words, clientCommands) ?? assert.fail(words.join(' '));
    readArguments(words.slice(command.name.split(' ').length), command.takes, command.flags);
  }
});
