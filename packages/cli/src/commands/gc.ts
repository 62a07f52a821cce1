import { callOperation } from '../api/call-operation.ts';
import { operationOf } from '../api/operation.ts';
import type { Command } from '../command.ts';
import { connect } from '../connection/connect.ts';
import { outputFlag, serverFlag, waitFlag, yesFlag } from '../flags.ts';
import { finishJobs } from './api/finish-jobs.ts';
import { isLossMeant } from './api/loss.ts';

/** `longshore gc`: has the registry collect its garbage. Without a login or `--server` it is the verb of the server, on its own machine. */
export const gc: Command = {
  name: 'gc',
  summary: 'Removes content that nothing refers to',
  takes: [],
  flags: [
    { name: 'dry-run', summary: 'Only count what would be removed; the job names the first hundred' },
    waitFlag,
    yesFlag,
    outputFlag,
    serverFlag,
  ],
  examples: ['longshore gc --dry-run --wait', 'longshore gc --yes --wait'],
  operations: ['collectGarbage', 'previewGarbage'],
  async run(input, surroundings) {
    const connection = await connect(input.one('server'), surroundings);
    const isTrial = input.has('dry-run');
    const what = 'Content that nothing refers to any more, after its time of grace,';
    if (!isTrial && !(await isLossMeant({ what }, input, surroundings))) return 1;
    const response = await callOperation(operationOf(isTrial ? 'previewGarbage' : 'collectGarbage'), { path: {} }, connection);
    return finishJobs(await response.json(), { named: 'job', project: undefined, connection, input, surroundings });
  },
};
