import { rmSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender, StartChanges } from './contender.ts';
import type { ContentSize } from './content-size.ts';
import { renderProfiles } from './cpu-profile.ts';
import { loadFixture, makeFixture } from './fixture.ts';
import { restartServer } from './footprint-rows.ts';
import { copyTags, oneTag } from './many-tags.ts';
import { busyProcessors } from './other-load.ts';
import type { Row, Subject } from './row.ts';
import { collect, type Measured, median } from './table.ts';

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
  /** Whether Longshore's servers are profiled while they are measured, which slows them. */
  readonly profile: boolean;
}

interface Entrant extends Measured {
  readonly subject: Subject;
  /** Once the server has ended. */
  profiles: string;
}

/**
 * Starts and loads every contender, then measures row by row; who goes first changes from round to round, so that the
 * machine's moods meet all of them. What is measured goes into `measured` at once; `report` is told how far it is. Everything started is
 * stopped and removed. Resolves to how many processors others kept busy meanwhile: the median of looks between the rows.
 */
export async function runBench(
  entries: readonly Entry[],
  { rounds, seconds, rows, profile }: Plan,
  measured: Measured[],
  report: (line: string) => void,
): Promise<number> {
  const temporary = await mkdtemp(join(tmpdir(), 'longshore-bench-'));
  // The servers are killed before this, when they still run.
  const removeFiles = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFiles);
  const entrants: Entrant[] = [];
  const others: number[] = [];
  const fixture = makeFixture();
  try {
    for (const { contender, size } of entries) {
      const directory = join(temporary, String(entrants.length));
      await mkdir(directory);
      const server = await contender.start(directory);
      const subject = { contender, server, fixture, size, directory };
      const entrant = { contender, subject, results: new Map(), profiles: '' };
      entrants.push(entrant);
      measured.push(entrant);
      report(`loading ${contender.name}`);
      if (contender.bare) continue;
      await loadFixture(server.url, fixture, size.bySql ? oneTag : size, report);
      if (size.bySql && contender.databaseOf) await copyTags(await contender.databaseOf(directory), size);
      if (profile && contender.isLongshore) await restartServer(subject, profiled(directory));
    }
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? entrants : entrants.toReversed();
      for (const row of rows) {
        others.push(await busyProcessors());
        report(`round ${round + 1} of ${rounds}: ${row.id}`);
        for (const { subject, results } of order) {
          const measure = subject.contender.bare ? row.measureBare : row.measure;
          collect(results, (await measure?.(subject, seconds)) ?? []);
        }
      }
    }
    // A server writes its profile when it ends.
    for (const { subject } of entrants) await subject.server.stop();
    if (profile) for (const entrant of entrants) entrant.profiles = renderProfiles(entrant.subject.directory);
    return median(others);
  } finally {
    for (const { subject } of entrants) await subject.server.stop();
    removeFiles();
    process.off('exit', removeFiles);
  }
}

function profiled(directory: string): StartChanges {
  return { nodeArguments: ['--cpu-prof', '--cpu-prof-dir', directory], settings: [], environment: {} };
}
