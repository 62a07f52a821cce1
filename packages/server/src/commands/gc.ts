import type { GarbageDeps } from '../features/garbage-collection/collect-garbage.ts';
import { collectGarbage } from '../features/garbage-collection/collect-garbage.ts';
import { describeItem } from '../features/garbage-collection/garbage-jobs.ts';
import { tell } from '../observability/terminal.ts';
import { readArguments, UsageError } from './arguments.ts';

export const gcHelp = `longshore gc [--dry-run] [settings]

Removes what nothing needs any more: untagged manifests if gc.untagged is delete, blobs that no manifest
needs, uploads that stood still, stored files that the database does not know. Safe beside a running server.

  --dry-run   list what would go and the bytes, and change nothing

Examples:
  longshore gc --dry-run
  longshore gc --data /srv/longshore --gc-grace-hours 1
`;

/** `longshore gc`: one collection now, in this process. */
export async function gc(argv: readonly string[], deps: GarbageDeps): Promise<number> {
  const { values, positionals } = readArguments(argv, { 'dry-run': { type: 'boolean', default: false } });
  // Whoever forgets the dashes must not find the content gone.
  if (positionals.length > 0) throw new UsageError(`gc takes no '${positionals.join(' ')}': only --dry-run and settings.`);
  const dryRun = values['dry-run'];
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Interrupted: what was removed stays removed, the next run continues.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const report = await collectGarbage({ ...deps, dryRun, signal: stop.signal, onItem: (item) => tell(describeItem(item)) });
  const { manifests, links, blobs, uploads, orphans, bytes, failed } = report;
  tell(
    `${dryRun ? 'would remove' : 'removed'}: ${manifests} manifests, ${links} blob links, ${blobs} blobs, ${uploads} uploads, ${orphans} orphan files; ${bytes} bytes`,
  );
  if (failed > 0) tell(`${failed} files could not be deleted; the next run tries again`);
  return failed > 0 ? 1 : 0;
}
