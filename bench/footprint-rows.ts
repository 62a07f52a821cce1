import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender, StartChanges } from './contender.ts';
import { residentMegabytes, takePeakMegabytes } from './process-usage.ts';
import { cost, type Figure, type Row, type Subject } from './row.ts';
import type { RunningServer } from './server-process.ts';

const startsPerRound = 3;

/** The most memory that the server took under everything measured since the last round. */
async function memory({ server }: Subject): Promise<Figure[]> {
  return [cost('resident memory under load (peak), MB', server.pid && takePeakMegabytes(server.pid))];
}

/** A start with an initialised, empty folder; the first one, which initialises it, does not count. */
async function startEmpty({ contender, directory }: Subject): Promise<Figure[]> {
  if (!contender.local) return [];
  const empty = join(directory, 'start');
  if ((await mkdir(empty, { recursive: true })) !== undefined) await (await contender.start(empty)).stop();
  const { figures, server } = await startSeveralTimes(contender, empty);
  await server.stop();
  return figures;
}

/** A start with all that the server holds; it goes on with the last one. */
async function restart(subject: Subject): Promise<Figure[]> {
  await subject.server.stop();
  const { figures, server } = await startSeveralTimes(subject.contender, subject.directory);
  subject.server = server;
  return figures;
}

/** Ends the server and starts it again with all that it holds. */
export async function restartServer(subject: Subject, changes?: StartChanges): Promise<void> {
  await subject.server.stop();
  subject.server = await subject.contender.start(subject.directory, changes);
}

/** The last one still runs. */
async function startSeveralTimes(contender: Contender, directory: string): Promise<{ figures: Figure[]; server: RunningServer }> {
  const figures: Figure[] = [];
  for (let n = 1; ; n++) {
    const server = await contender.start(directory);
    figures.push(cost('start to first answer, ms', server.firstAnswerMs));
    if (n === startsPerRound) {
      await delay(1000);
      return {
        figures: [...figures, cost('resident memory a second after the start, MB', server.pid && residentMegabytes(server.pid))],
        server,
      };
    }
    await server.stop();
  }
}

/** What a server takes up. */
export const footprintRows = {
  memory: { id: 'memory', measure: memory },
  start: { id: 'start', measure: startEmpty },
  restart: { id: 'restart', measure: restart },
} satisfies Record<string, Row>;
