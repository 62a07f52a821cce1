import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { exitCodes } from '../../packages/cli/src/exit-codes.ts';
import { commandPath } from '../tools/command-line.ts';
import { startLongshore } from '../tools/longshore.ts';
import { commandHome } from './client-home.ts';
import { startSlowRegistry } from './slow-registry.ts';
import { startStandIn } from './stand-in-registry.ts';

/** Assigned to a service that nobody runs, and none that fetch refuses to ask. */
const unused = 2;

test('every exit code that is documented is that of a process', async (t) => {
  const [server, slow, home] = await Promise.all([startLongshore(), startSlowRegistry(), commandHome()]);
  t.after(async () => {
    await home.remove();
    await slow.stop();
    await server.stop();
  });
  const busy = await startStandIn(t, (_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end());
  const login = await home.run(`login ${server.host} -u admin --password-stdin`, server.adminPassword);
  assert.equal(login.code, 0, login.stderr);
  const ended = new Map<number, string>();
  for (const [code, line, said] of [
    [0, 'project create team', /^$/],
    [1, `doctor http://localhost:${unused}`, /^$/],
    [2, 'project create', /missing: NAME/],
    [3, 'project show none', /none/],
    [4, `whoami --server http://localhost:${server.host.split(':')[1]}`, /longshore login/],
    [5, 'project create team', /team/],
    [6, `ls localhost:${unused}/team/app`, /ECONNREFUSED.*\n.*longshore doctor/],
    [7, `ls localhost:${busy.port}/team/app`, /503/],
  ] as const) {
    const { code: got, stderr } = await home.run(line);
    assert.equal(got, code, `${line}: ${stderr}`);
    assert.match(stderr, said, line);
    ended.set(got, line);
  }
  const child = spawn(process.execPath, [commandPath, 'audit', 'csv', '--server', slow.url], {
    env: { ...process.env, ...home.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  await slow.downloading;
  child.kill('SIGINT');
  ended.set((await closed) ?? -1, 'Ctrl-C');
  assert.deepEqual([...ended.keys()].map(String), Object.keys(exitCodes));
});
