import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { commandPath } from '../tools/command-line.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { requirePrograms } from '../tools/programs.ts';
import { startAtTerminal, type TerminalSession } from '../tools/pseudo-terminal.ts';
import { type CommandHome, commandHome } from './client-home.ts';
import { pushSmallImage } from './small-image.ts';

/** How each shell is started without the files of a user, and told to complete; its prompt is `ready>`. */
const shells = {
  bash: { args: ['--norc', '--noprofile', '-i'], setUp: "PS1='rea''dy>'; source <(longshore completion bash)" },
  zsh: {
    args: ['-f', '-i'],
    setUp: "autoload -Uz compinit; compinit -D; source <(longshore completion zsh); PS1='rea''dy>'",
  },
  fish: { args: ['--no-config', '-i'], setUp: "longshore completion fish | source; function fish_prompt; echo -n rea'dy>'; end" },
} as const;

/**
 * Types a line with Tabs in it and sees that the command that came of it prints what is expected. A shell reads Enter when it is done with
 * Tab. Names are completed only where the registry answers at once, which it may not on a busy machine: then the line is typed again.
 */
async function completed(shell: TerminalSession, keys: string, expected: RegExp): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const before = shell.shown().length;
    shell.type(`${keys}; echo fin''ished ${before}\r`);
    await shell.until(new RegExp(`finished ${before}\\b`));
    if (expected.test(shell.shown().slice(before))) return;
  }
  assert.fail(`${keys} did not become ${expected}: ${JSON.stringify(shell.shown())}`);
}

describe('the words that shells complete', () => {
  let server: Longshore;
  let home: CommandHome;
  let path = '';
  before(async () => {
    [server, home] = await Promise.all([startLongshore(), commandHome()]);
    const login = await home.run(`login ${server.host} -u admin --password-stdin`, server.adminPassword);
    assert.equal(login.code, 0, login.stderr);
    await pushSmallImage(server.url, { username: 'admin', password: server.adminPassword }, 'admin/application', '1.0');
    const bin = join(home.path, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'longshore'), `#!/bin/sh\nexec '${process.execPath}' '${commandPath}' "$@"\n`);
    await chmod(join(bin, 'longshore'), 0o755);
    path = `${bin}:${process.env['PATH']}`;
  });
  after(async () => {
    await home?.remove();
    await server?.stop();
  });

  for (const [name, { args, setUp }] of Object.entries(shells)) {
    it(`${name} completes nouns, verbs, flags, and names that the registry has`, async (t) => {
      const programs = requirePrograms(t, name);
      if (programs === undefined) return;
      const shell = startAtTerminal([programs[name] ?? '', ...args], { columns: 200, env: { ...home.env, PATH: path } });
      shell.type(`${setUp}\r`);
      await shell.until(/ready>/);
      await completed(shell, 'longshore proj\tsho\tadm\t--outp\tname', /[\r\n]admin\r?\n/);
      await completed(shell, 'longshore tag show admin/app\t1.\t-o json', /"name": "1\.0"/);
      shell.type('exit\r');
      await shell.ended;
    });
  }
});
