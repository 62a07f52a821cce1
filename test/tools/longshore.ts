import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from './started-process.ts';

export interface LongshoreOptions {
  /** Further arguments of `serve`. */
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Kept when the server stops; without it a temporary folder is used and removed. */
  readonly dataDir?: string;
  readonly listen?: string;
  readonly adminPassword?: string;
}

export interface Longshore {
  readonly url: string;
  /** Address and port, as in an image reference. */
  readonly host: string;
  /** Of the user `admin`. */
  readonly adminPassword: string;
  readonly dataDir: string;
  readonly pid: number;
  output(): string;
  kill(signal: NodeJS.Signals): boolean;
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Ends the server gently and removes what was made for it. */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Starts the real server from its sources, as a process of its own, and waits until it listens. */
export async function startLongshore(options: LongshoreOptions = {}): Promise<Longshore> {
  const adminPassword = options.adminPassword ?? randomBytes(18).toString('base64url');
  const temporary = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  const dataDir = options.dataDir ?? join(temporary, 'data');
  const passwordFile = join(temporary, 'admin-password');
  await writeFile(passwordFile, `${adminPassword}\n`, { mode: 0o600 });
  const args = ['serve', '--listen', options.listen ?? '127.0.0.1:0', '--data', dataDir];
  args.push('--admin-password-file', passwordFile, ...(options.args ?? []));
  const removeFiles = (): Promise<void> => rm(temporary, { recursive: true, force: true });
  try {
    const server = await startProcess(process.execPath, [join(root, 'packages/server/src/main.ts'), ...args], {
      ready: /longshore is listening on (https?:\/\/(\S+))/,
      cwd: root,
      env: options.env ?? {},
    });
    return {
      url: server.readyMatch[1] ?? '',
      host: server.readyMatch[2] ?? '',
      adminPassword,
      dataDir,
      pid: server.pid,
      output: server.output,
      kill: server.kill,
      exited: server.exited,
      async stop() {
        await server.stop();
        await removeFiles();
      },
    };
  } catch (error) {
    await removeFiles();
    throw error;
  }
}
