import { setTimeout as pause } from 'node:timers/promises';
import { callOperation } from '../../api/call-operation.ts';
import { operationOf } from '../../api/operation.ts';
import { type Command, type Surroundings, UsageError } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { imageTarget, parseImage, referenceOf } from '../../images/image-target.ts';
import { formatOf, writeThing } from '../../output/results.ts';
import { progressText } from '../api/wait-for-jobs.ts';
import { platformFlag } from './platform-flag.ts';

interface SeenComparison {
  readonly id: string;
  readonly state: string;
  readonly progress?: unknown;
  readonly failure?: string;
}

const pollMs = 500;
const ended: ReadonlySet<string> = new Set(['done', 'failed', 'cancelled']);

/** `longshore image diff`: how two images of the registry differ, found out by the registry. */
export const diffImages: Command = {
  name: 'image diff',
  summary: 'Compares two images: layers, configuration, packages, files; comparison files says which',
  takes: [{ name: 'FROM' }, { name: 'TO' }],
  flags: [platformFlag, outputFlag, serverFlag],
  examples: [
    'longshore image diff team/app:1.0 team/app:1.1',
    'longshore image diff team/app:1.0 team-prod/app:1.0 --platform linux/amd64 -o json',
  ],
  operations: ['createComparison', 'getComparison'],
  async run(input, surroundings) {
    const from = await imageTarget(input.words[0] ?? '', input, surroundings);
    const to = parseImage(input.words[1] ?? '');
    if (to.registry !== undefined && to.registry !== from.connection.host) throw new UsageError('both images must be of one registry');
    const platform = input.one('platform');
    const side = (image: typeof to | typeof from) => ({
      repository: image.name,
      reference: referenceOf(image),
      ...(platform !== undefined && { platform }),
    });
    const body = { from: side(from), to: side(to) };
    const response = await callOperation(operationOf('createComparison'), { path: {}, body }, from.connection);
    const comparison = await finished((await response.json()) as SeenComparison, from.connection, surroundings);
    writeThing(comparison, { named: 'id' }, formatOf(input), surroundings);
    return comparison.state === 'done' ? 0 : 1;
  },
};

async function finished(begun: SeenComparison, connection: Connection, { terminal }: Surroundings): Promise<SeenComparison> {
  const startedMs = Date.now();
  let seen = begun;
  while (!ended.has(seen.state)) {
    if (terminal.stderrIsTty) terminal.redraw(progressText({ ...seen, name: 'compare' }, Date.now() - startedMs, terminal.columns));
    await pause(pollMs);
    const path = { comparison: seen.id };
    seen = (await (await callOperation(operationOf('getComparison'), { path }, connection)).json()) as SeenComparison;
  }
  if (terminal.stderrIsTty) terminal.redraw('');
  return seen;
}
