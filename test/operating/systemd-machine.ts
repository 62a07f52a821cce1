import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../security/until.ts';
import { programPath } from '../tools/programs.ts';
import { type RunResult, runProgram, tryProgram } from '../tools/run-program.ts';
import { startProcess } from '../tools/started-process.ts';

/** The programs that `bootSystemd` needs, for `requirePrograms`. */
export const systemdPrograms = ['systemctl', 'systemd-analyze', 'systemd-sysusers', 'unshare', 'nsenter'] as const;

/** A systemd of its own, with this checkout installed as the service `longshore`. */
export interface SystemdMachine {
  trySystemctl(...args: readonly string[]): Promise<RunResult>;
  /** Runs `systemctl`, which must succeed, and answers with its standard output. */
  systemctl(...args: readonly string[]): Promise<string>;
  /** Runs a program inside, as root. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Boots one; `environment` becomes /etc/longshore/environment. */
export async function bootSystemd(environment: string): Promise<SystemdMachine> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-systemd-'));
  const file = join(directory, 'environment');
  await writeFile(file, environment);
  const group = basename(directory);
  const script = fileURLToPath(new URL('boot-systemd', import.meta.url));
  const outer = await startProcess(script, [checkout, file, group], { ready: /Creating user 'longshore'/ });
  // The child of `unshare` becomes systemd.
  const inner = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8').trim();
  const enter = ['-t', inner, '--mount', '--pid', '--cgroup'];
  const tryInside = (program: string, args: readonly string[]) => tryProgram(programPath('nsenter'), [...enter, program, ...args]);
  const trySystemctl = (...args: readonly string[]) => tryInside('systemctl', ['--no-pager', '--no-ask-password', ...args]);
  await until(async () => (await trySystemctl('is-active', 'bare.target')).code === 0);
  return {
    trySystemctl,
    async systemctl(...args) {
      const result = await trySystemctl(...args);
      if (result.code === 0) return result.stdout;
      const log = await tryInside('cat', ['/run/longshore.log']);
      throw new Error(`systemctl ${args.join(' ')} ended with ${result.code}\n${result.stdout}${result.stderr}${log.stdout}`);
    },
    run: async (program, ...args) => (await runProgram(programPath('nsenter'), [...enter, program, ...args])).stdout,
    async stop() {
      await outer.stop('SIGKILL');
      await until(() => controlGroups(group).every(removeControlGroup));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function controlGroups(group: string): string[] {
  const root = '/sys/fs/cgroup';
  const holds = (directory: string) => directoriesIn(directory).includes(group);
  return [root, ...directoriesIn(root).map((name) => join(root, name))].filter(holds).map((directory) => join(directory, group));
}

function directoriesIn(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** Whether it could be removed: that fails while a process in it is still dying. */
function removeControlGroup(path: string): boolean {
  try {
    for (const name of directoriesIn(path)) removeControlGroup(join(path, name));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
