import { authenticatedRow } from './authenticated-row.ts';
import { footprintRows } from './footprint-rows.ts';
import { garbageRow } from './garbage-row.ts';
import { latencyRow } from './latency-row.ts';
import { readRows } from './read-rows.ts';
import { redirectRow } from './redirect-row.ts';
import type { Row } from './row.ts';
import { slowClientsRow } from './slow-clients-row.ts';
import { stallRow } from './stall-row.ts';
import { tlsRow } from './tls-row.ts';
import { uploadRows } from './upload-rows.ts';
import { writeRows } from './write-rows.ts';

/** Everything that can be measured, in order: the peak of memory comes after the loads. */
export const rows: readonly Row[] = [
  readRows.manifest,
  readRows.manifestByDigest,
  readRows.smallBlob,
  readRows.largeBlob,
  writeRows.push,
  uploadRows.upload,
  writeRows.tagPut,
  readRows.tagsList,
  readRows.catalog,
  readRows.referrers,
  footprintRows.memory,
  footprintRows.start,
  latencyRow,
  authenticatedRow,
  slowClientsRow,
  stallRow,
  garbageRow,
  tlsRow,
  redirectRow,
  uploadRows.memory,
];
