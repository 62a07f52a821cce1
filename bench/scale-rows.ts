import { runClient } from './client-job.ts';
import { manifestType } from './content.ts';
import { taggedRepository, tagName } from './content-size.ts';
import { footprintRows } from './footprint-rows.ts';
import { readRows } from './read-rows.ts';
import { cost, type Figure, type Row, rate, type Subject, withProcessorTime } from './row.ts';
import { stallRow } from './stall-row.ts';
import { writeRows } from './write-rows.ts';

const headConnections = 8;

/** wrk cannot send HEAD; a client of Node is slower than the server, so it is the processor time that says something. */
async function head({ server, size }: Subject, seconds: number): Promise<Figure[]> {
  const path = `/v2/${taggedRepository}/manifests/${tagName(size.tagsInOne / 2)}`;
  const origin = server.url;
  const [{ count, seconds: took }, used] = await withProcessorTime(server, () =>
    runClient({ kind: 'reads', origin, clients: headConnections, seconds, method: 'HEAD', path, accept: manifestType }),
  );
  const name = 'manifest HEAD by tag';
  return [rate(`${name}, requests/s (the client is the limit)`, count / took), cost(`${name}, us each`, used && (used * 1e6) / count)];
}

/** What must not depend on how much a registry holds: `--scale` measures it with and without a million tags. */
export const scaleRows: readonly Row[] = [
  readRows.manifest,
  readRows.manifestByDigest,
  readRows.anyManifest,
  { id: 'head', measure: head },
  readRows.tagsList,
  readRows.lateTagsList,
  readRows.catalog,
  readRows.lateCatalog,
  readRows.referrers,
  writeRows.tagPut,
  writeRows.push,
  footprintRows.memory,
  footprintRows.restart,
  stallRow,
];
