import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from './contender.ts';
import type { ContentSize } from './content-size.ts';
import { loadFixture, makeFixture } from './fixture.ts';
import type { Row, Subject } from './row.ts';
import { collect, type Measured, type Results } from './table.ts';

/** Who takes part, and with how much content. */
export interface Entry {
  readonly contender: Contender;
  readonly size: ContentSize;
}

/** What is measured, and how often. */
export interface Plan {
  readonly rounds: number;
  /** How long each load lasts. */
  readonly seconds: number;
  readonly rows: readonly Row[];
}

interface Entrant {
  readonly contender: Contender;
  readonly subject: Subject;
  readonly results: Results;
}

/**
 * Starts and loads every contender, then measures row by row; who goes first changes from round to round, so that the
 * machine's moods meet all of them. `report` is told how far it is. Everything started is stopped and removed.
 */
export async function runBench(
  entries: readonly Entry[],
  { rounds, seconds, rows }: Plan,
  report: (line: string) => void,
): Promise<Measured[]> {
  const temporary = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  // The servers are killed before this, when they still run.
  const removeFiles = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFiles);
  const entrants: Entrant[] = [];
  const fixture = makeFixture();
  try {
    for (const { contender, size } of entries) {
      const directory = join(temporary, String(entrants.length));
      await mkdir(directory);
      const server = await contender.start(directory);
      entrants.push({ contender, subject: { contender, server, fixture, size, directory }, results: new Map() });
      report(`loading ${contender.name}`);
      await loadFixture(server.url, fixture, size, report);
    }
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? entrants : entrants.toReversed();
      for (const row of rows) {
        report(`round ${round + 1} of ${rounds}: ${row.id}`);
        for (const { subject, results } of order) collect(results, await row.measure(subject, seconds));
      }
    }
  } finally {
    for (const { subject } of entrants) await subject.server.stop();
    removeFiles();
    process.off('exit', removeFiles);
  }
  return entrants;
}
