import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { residentMegabytes, takePeakMegabytes } from './process-usage.ts';
import { cost, type Figure, type Row, type Subject } from './row.ts';

const startsPerRound = 3;

/** The most memory that the server took under everything measured since the last round. */
async function memory({ server }: Subject): Promise<Figure[]> {
  return [cost('resident memory under load (peak), MB', server.pid && takePeakMegabytes(server.pid))];
}

/** A start with an initialised, empty folder; the first one, which initialises it, does not count. */
async function start({ contender, directory }: Subject): Promise<Figure[]> {
  const names = ['start to first answer, ms', 'resident memory idle, MB'] as const;
  if (!contender.local) return names.map((name) => cost(name, undefined));
  const empty = join(directory, 'start');
  if ((await mkdir(empty, { recursive: true })) !== undefined) await (await contender.start(empty)).stop();
  const figures: Figure[] = [];
  for (let n = 0; n < startsPerRound; n++) {
    const server = await contender.start(empty);
    figures.push(cost(names[0], server.firstAnswerMs));
    if (n === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      figures.push(cost(names[1], server.pid && residentMegabytes(server.pid)));
    }
    await server.stop();
  }
  return figures;
}

/** What a server takes up. */
export const footprintRows = {
  memory: { id: 'memory', measure: memory },
  start: { id: 'start', measure: start },
} satisfies Record<string, Row>;
