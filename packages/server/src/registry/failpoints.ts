/**
 * Named places where a test can kill the process, in the order in which a push, a delete and a sweep pass them.
 * Nothing happens at any of them unless a test armed one by `armFailpoint`.
 */
export const failpoints = [
  'upload.started',
  'upload.chunk.written',
  'upload.chunk.checkpointed',
  'upload.chunk.advanced',
  'upload.claimed',
  'upload.resumed',
  'blob.synced',
  'blob.renamed',
  'blob.placed',
  'blob.in-transaction',
  'blob.committed',
  'manifest.before-transaction',
  'manifest.in-transaction',
  'manifest.committed',
  'tag.delete.in-transaction',
  'tag.deleted',
  'manifest.delete.in-transaction',
  'manifest.deleted',
  'blob.delete.in-transaction',
  'copy.stored',
  'move.begun',
  'move.placed',
  'move.copied',
  'move.finished',
  'promotion.placed',
  'promotion.in-transaction',
  'promotion.committed',
  'retention.tags.removed',
  'retention.manifests.removed',
  'deletion.batch.removed',
  'gc.manifests.removed',
  'gc.links.removed',
  'gc.condemned',
  'gc.bytes-deleted',
  'gc.forgotten',
  'gc.upload.removed',
  'gc.orphan.deleted',
] as const;
export type Failpoint = (typeof failpoints)[number];

let armed: { name: Failpoint; passes: number } | undefined;

/** Makes the process kill itself (SIGKILL) when it reaches `name` for the `nth` time. Tests only. */
export function armFailpoint(specification: string): void {
  const [name, nth = '1'] = specification.split(':');
  const known = failpoints.find((failpoint) => failpoint === name);
  if (known === undefined) throw new TypeError(`Unknown failpoint '${name}'. Known: ${failpoints.join(', ')}.`);
  armed = { name: known, passes: Number(nth) };
}

/** Marks the place. */
export function reach(name: Failpoint): void {
  if (armed === undefined || armed.name !== name) return;
  armed.passes -= 1;
  if (armed.passes === 0) process.kill(process.pid, 'SIGKILL');
}
