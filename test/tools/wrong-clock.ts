import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Seconds between two looks of a program at its clock's file. */
const cacheSeconds = 1;

/** A clock for one program that is wrong by as much as a test says, also while the program runs. Needs Debian's faketime. */
export class WrongClock {
  readonly #file: string;

  /** `file`: where the clock is kept. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Puts the clock forward, or back. Must be called before a program starts with it. */
  async set(seconds: number): Promise<void> {
    await writeFile(this.#file, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
  }

  /** What a program must be started with. The time of day is wrong then; timers and `performance.now` go on as they are. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: libraryPath(),
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: String(cacheSeconds),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }
}

function libraryPath(): string {
  for (const architecture of readdirSync('/usr/lib')) {
    const directory = join('/usr/lib', architecture, 'faketime');
    const library = readdirOrNothing(directory).find((name) => name.startsWith('libfaketimeMT.so'));
    if (library !== undefined) return join(directory, library);
  }
  throw new Error('not installed: faketime; run scripts/install-test-tools');
}

function readdirOrNothing(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
