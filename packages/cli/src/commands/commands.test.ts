import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { allOperations } from '../api/operation.ts';
import { helpOf } from '../help.ts';
import { readArguments } from '../read-arguments.ts';
import { clientCommands } from './index.ts';

const openapi = JSON.parse(readFileSync(new URL('../../../../docs/reference/openapi.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
};

describe('the commands', () => {
  it('reach every operation of the management API', () => {
    const described = Object.values(openapi.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    assert.ok(described.length > 100);
    assert.deepEqual(allOperations.map(({ id }) => id).toSorted(), described.toSorted(), 'run npm run docs');
    const reached = new Set(clientCommands.flatMap(({ operations }) => operations));
    const missing = described.filter((id) => !reached.has(id));
    assert.deepEqual(missing, [], 'add a row for each to packages/cli/src/commands/api/, then npm run docs');
  });

  it('take no secret as a word of the command line, which everybody on a machine can read', () => {
    const flags = clientCommands.flatMap((command) => command.flags.map((flag) => ({ command, flag })));
    const secrets = flags.filter(({ flag }) => /password|secret|token|credential/.test(flag.name) && flag.value !== undefined);
    assert.ok(secrets.length > 2);
    for (const { command, flag } of secrets) {
      const isName = flag.name === 'pull-secret' || flag.name === 'env-secret';
      assert.ok(isName || /-(file|stdin)$/.test(flag.name), `${command.name} --${flag.name}`);
    }
    for (const { command, flag } of flags) assert.doesNotMatch(flag.name, /insecure|skip-tls|no-verify/, command.name);
  });

  it('have names of their own, none of them hiding another', () => {
    const names = clientCommands.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, takes } of clientCommands) {
      const isNounAsWell = names.some((other) => other.startsWith(`${name} `));
      assert.ok(!isNounAsWell || takes.length === 0, `what stands behind ${name} may be a verb or a word`);
    }
  });

  for (const command of clientCommands) {
    it(`${command.name}: its examples are command lines that it takes, and its help shows every flag`, () => {
      const flags = command.flags.map(({ name }) => name);
      assert.equal(new Set(flags).size, flags.length);
      assert.ok(command.examples.length > 0);
      for (const example of command.examples) {
        const line = /longshore (.*?)(?: [|>] .*| < .*|\))?$/.exec(example)?.[1] ?? '';
        const words = [...line.matchAll(/'([^']*)'|"((?:\$\([^)]*\)|[^"])*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
        assert.equal(words.slice(0, command.name.split(' ').length).join(' '), command.name, example);
        readArguments(words.slice(command.name.split(' ').length), command.takes, command.flags);
      }
      for (const flag of flags) assert.ok(helpOf(command, (english) => english).includes(`--${flag}`));
    });
  }
});
