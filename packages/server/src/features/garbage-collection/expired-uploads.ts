import { reach } from '../../registry/failpoints.ts';
import type { UploadSession } from '../../registry/ports/content-store.ts';
import { deleteFrom, endBatch, type GarbageRun } from './garbage-run.ts';

/** Ends uploads that stood still for too long, or in a dry run shows them. The row goes first: from then on nobody continues. */
export async function removeExpiredUploads(run: GarbageRun, show: (upload: UploadSession) => void): Promise<void> {
  const { garbage, policy, startedAt, dryRun } = run;
  const before = startedAt - policy.uploadExpiryMs;
  const seen = new Set<string>();
  for (;;) {
    // Rows that stay (dry run, touched meanwhile) stay on the list, so the list is asked for that much more.
    const expired = await garbage.listExpiredUploads(before, policy.batchSize + seen.size);
    const next = expired.filter(({ id }) => !seen.has(id));
    if (next.length === 0) return;
    for (const upload of next) {
      seen.add(upload.id);
      if (dryRun) show(upload);
      else await removeExpired(run, upload, before);
    }
    await endBatch(run);
  }
}

async function removeExpired(run: GarbageRun, upload: UploadSession, before: number): Promise<void> {
  if (!(await run.garbage.removeExpiredUpload({ id: upload.id, before, fence: run.fence }))) return;
  reach('gc.upload.removed');
  const discarded = await deleteFrom(run, upload.store, `upload ${upload.id}`, (blobs) => blobs.discardUpload(upload));
  if (discarded) run.tally.addStored('upload', upload.offset);
}
