import { randomUUID } from 'node:crypto';
import type { ComparedPair, ComparisonPage } from '../../registry/ports/comparison-store.ts';
import { type ComparedImage, type ComparisonFindings, UnreadableImageError } from '../../registry/ports/image-comparer.ts';
import type { QueuedJob } from '../../registry/ports/queued-job.ts';
import type { ComparisonDeps } from './comparison-deps.ts';
import type { ComparedSide } from './comparison-id.ts';
import { openImage } from './open-parts.ts';

/** What a job of the queue is to do. */
export interface ComparisonInput {
  readonly from: ComparedSide;
  readonly to: ComparedSide;
}

/** A layer as a summary lists it. */
export interface ListedLayer {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** What is kept of a comparison besides the files: what was found, or why nothing ever will be. */
export type ComparisonSummary =
  | { readonly unreadable: string }
  | { readonly findings: ComparisonFindings; readonly from: readonly ListedLayer[]; readonly to: readonly ListedLayer[] };

/**
 * The job that finds out how two images differ. It begins again from the start when its worker dies: what it has kept by then is never seen.
 * A job that was cancelled may be through before it hears of it, while somebody has begun another: then that has nothing left to do.
 */
export function comparisonJob(deps: ComparisonDeps): QueuedJob {
  return {
    name: 'comparison',
    attempts: 3,
    isAwaited: true,
    run: async (input, { signal, report }) => {
      const { from, to } = input as ComparisonInput;
      const pair: ComparedPair = { from: from.digest, to: to.digest };
      const known = await deps.comparisons.findComparison(pair);
      if (known === undefined || known.summary !== undefined) return;
      const turn = randomUUID();
      const onPages = async (pages: readonly ComparisonPage[]): Promise<void> => {
        if (!(await deps.comparisons.addComparisonPages({ ...pair, turn, pages }))) throw new NobodyWaitsError();
      };
      const find = async () => {
        const [before, after] = await Promise.all([openImage(deps, from), openImage(deps, to)]);
        const onProgress = (progress: unknown) => report({ progress });
        const findings = await deps.comparer.compare(before, after, { signal, onProgress, onPages });
        return { findings, from: listed(before), to: listed(after) };
      };
      const summary = await summarized(find).catch((error: unknown) => {
        if (error instanceof NobodyWaitsError) return undefined;
        throw error;
      });
      if (summary === undefined) return;
      await deps.comparisons.finishComparison({ ...pair, turn, summary: JSON.stringify(summary), at: deps.clock() });
    },
  };
}

/** What cannot be read now never can: content has its digest for a name. */
async function summarized(find: () => Promise<ComparisonSummary>): Promise<ComparisonSummary> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof UnreadableImageError) return { unreadable: error.message };
    throw error;
  }
}

const listed = ({ layers }: ComparedImage): ListedLayer[] =>
  layers.map(({ digest, mediaType, sizeBytes }) => ({ digest, mediaType, sizeBytes }));

class NobodyWaitsError extends Error {
  constructor() {
    super('The comparison is not wanted any more, or was found out by somebody else.');
    this.name = 'NobodyWaitsError';
  }
}
