import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../../packages/cli/src/output/table.ts';
import { commandPath } from '../tools/command-line.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { startAtTerminal, type TerminalOptions } from '../tools/pseudo-terminal.ts';
import { type CommandHome, commandHome } from './client-home.ts';
import { type SlowRegistry, startSlowRegistry } from './slow-registry.ts';

const ctrlC = '\u0003';

describe('the command at a terminal', () => {
  let server: Longshore;
  let slow: SlowRegistry;
  let home: CommandHome;
  before(async () => {
    [server, slow, home] = await Promise.all([startLongshore(), startSlowRegistry(), commandHome()]);
  });
  after(async () => {
    await home?.remove();
    await slow?.stop();
    await server?.stop();
  });
  const atTerminal = (line: string, { env, columns = 100 }: TerminalOptions = {}) =>
    startAtTerminal([process.execPath, commandPath, ...line.split(' ')], { columns, env: { ...home.env, ...env } });
  const shownBy = async (line: string, options?: TerminalOptions) => {
    const session = atTerminal(line, options);
    assert.equal(await session.ended, 0, session.shown());
    return session.shown();
  };

  it('asks for a password without showing it, and Ctrl-C at the question ends with 130 and keeps nothing', async () => {
    const given = atTerminal(`login ${server.host} -u admin`);
    await given.until(/Password or access token: /);
    given.type(ctrlC);
    assert.equal(await given.ended, 130);
    assert.ok(!(await readdir(home.path)).includes('.docker'));
    const login = atTerminal(`login ${server.host}`);
    await login.until(/Name: /);
    login.type('admin\r');
    await login.until(/Password or access token: /);
    login.type(`${server.adminPassword}\r`);
    assert.equal(await login.ended, 0, login.shown());
    assert.match(login.shown(), /Name: admin\r+\n[\s\S]*Logged in to .* as admin\./);
    assert.ok(!login.shown().includes(server.adminPassword));
  });

  it('tables fit its width, whatever characters are in them, and are coloured unless NO_COLOR is set', async () => {
    for (const name of ['build', '部署流水线 一号'])
      assert.equal((await home.run(['token', 'create', '--name', name, '--expires', '30d'])).code, 0);
    const wide = await shownBy('token ls', { columns: 120 });
    assert.match(wide, /\u001b\[1mID .*\u001b\[0m/);
    const [, ...rows] = stripVTControlCharacters(wide).trimEnd().split('\r\n');
    const beforeExpiry = rows.map((row) => widthOf(row.slice(0, row.search(/in \d+d/))));
    assert.equal(beforeExpiry.length, 2);
    assert.equal(beforeExpiry[0], beforeExpiry[1], wide);
    const narrow = await shownBy('token ls', { columns: 44, env: { NO_COLOR: '1' } });
    assert.doesNotMatch(narrow, /\u001b/);
    assert.match(narrow, /…/);
    for (const line of narrow.trimEnd().split('\r\n')) assert.ok(widthOf(line) <= 44, line);
    assert.doesNotMatch((await home.run('token ls')).stdout, /…|\u001b/, 'a program gets everything');
  });

  it('what destroys something asks for the name; nobody is asked who cannot answer', async () => {
    assert.equal((await home.run('project create doomed')).code, 0);
    const declined = atTerminal('project rm doomed');
    await declined.until(/Type doomed to go on: /);
    declined.type('doom\r');
    assert.equal(await declined.ended, 1);
    assert.match(declined.shown(), /Nothing was changed\./);
    const meant = atTerminal('project rm doomed');
    await meant.until(/Type doomed to go on: /);
    meant.type('doomed\r');
    assert.equal(await meant.ended, 0, meant.shown());
    for (const [line, flag] of [
      [`login ${server.host}`, /--password-stdin, --token-stdin or --device/],
      ['gc', /--yes/],
    ] as const) {
      const { code, stderr } = await home.run(line);
      assert.deepEqual([code, flag.test(stderr)], [2, true], stderr);
    }
  });

  it('shows how far a job is, in one line; Ctrl-C ends the waiting and not the job', async () => {
    slow.job = { state: 'running', progress: { done: 1, total: 4 } };
    const line = `gc --dry-run --wait --server ${slow.url}`;
    const ended = atTerminal(line, { columns: 60 });
    await ended.until(/job 7 gc running \d+s \[#{6}\.{18}\] 25 %/);
    slow.job = { state: 'done' };
    assert.equal(await ended.ended, 0, ended.shown());
    assert.match(ended.shown(), /\r\u001b\[2K(\u001b\[1m)?ID /, 'the line is gone before the result');

    slow.job = { state: 'running', progress: { done: 3, total: 4 } };
    const left = atTerminal(line);
    await left.until(/75 %/);
    left.type(ctrlC);
    assert.equal(await left.ended, 130);
    assert.match(left.shown(), /\r\u001b\[2KThe work goes on; longshore job show 7 --wait follows it\./);

    const quiet = home.run(line);
    slow.job = { state: 'done' };
    assert.doesNotMatch((await quiet).stderr, /running/);
  });

  it('Ctrl-C in the middle of a download leaves what was there before, and nothing else', async () => {
    const folder = join(home.path, 'downloads');
    const file = join(folder, 'audit.csv');
    await mkdir(folder);
    await writeFile(file, 'before');
    const download = atTerminal(`audit csv --save ${file} --server ${slow.url}`);
    await slow.downloading;
    download.type(ctrlC);
    assert.equal(await download.ended, 130, download.shown());
    assert.deepEqual(await readdir(folder), ['audit.csv']);
    assert.equal(await readFile(file, 'utf8'), 'before');
  });

  it('says nothing when whoever reads has seen enough', async () => {
    const child = spawn(process.execPath, [commandPath, 'audit', 'jsonl', '--server', slow.url], {
      env: { ...process.env, ...home.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.deepEqual([code, said], [0, '']);
  });
});
