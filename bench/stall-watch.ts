import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StartChanges } from './contender.ts';

const probe = fileURLToPath(new URL('stall-probe.ts', import.meta.url));
const limitMs = 30_000;

/** Looks at the event loops of one start of a server. */
export interface StallWatch {
  /** How the server is to be started. */
  readonly changes: StartChanges;
  /** The longest stall of any of its processes since the last call, in milliseconds; waits for one that stands still now. */
  takeLongest(): Promise<number>;
}

/** A watch for the next start; its files go into the folder. */
export async function watchStalls(directory: string, settings: readonly string[] = []): Promise<StallWatch> {
  const files = await mkdtemp(join(directory, 'stalls-'));
  return {
    changes: { nodeArguments: ['--import', probe], settings, environment: { BENCH_STALL_DIRECTORY: files } },
    async takeLongest() {
      const pids = readdirSync(files).filter((name) => /^\d+$/.test(name));
      return Math.max(...(await Promise.all(pids.map((pid) => askProcess(files, pid)))));
    },
  };
}

async function askProcess(directory: string, pid: string): Promise<number> {
  const file = join(directory, pid);
  writeFileSync(file, '');
  process.kill(Number(pid), 'SIGUSR2');
  for (const end = performance.now() + limitMs; performance.now() < end; await delay(5)) {
    const text = readFileSync(file, 'utf8');
    if (text !== '') return Number(text);
  }
  throw new Error(`process ${pid} did not say within ${limitMs} ms how long it stood still`);
}
