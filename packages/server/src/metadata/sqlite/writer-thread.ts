import { parentPort, workerData } from 'node:worker_threads';
import { armFailpoint } from '../../registry/failpoints.ts';
import { openWriter } from './connection.ts';
import { commitTogether } from './group-commit.ts';
import { SqliteSession } from './sqlite-session.ts';
import type { Call, FromWriter, ToWriter, WriterOptions } from './writer-messages.ts';

/** More than this in one transaction would make the first of them wait longer than an fsync costs. */
const largestGroup = 64;

const { path, durability, failpoint } = workerData as WriterOptions;
if (parentPort === null) throw new Error('This file runs in a worker thread');
const port = parentPort;
if (failpoint !== undefined) armFailpoint(failpoint);
const db = openWriter(path, durability);
const writer = { db, path, session: new SqliteSession(db, path) };
const waiting: Call[] = [];
let working = false;
let closing = false;

port.on('message', (message: ToWriter) => {
  if (message === 'close') closing = true;
  else waiting.push(...message);
  if (working) return;
  working = true;
  // In the next turn, so that everything that has already arrived is in the group. A rejection is a defect: it ends the thread.
  setImmediate(() => void work());
});
tell('ready');

async function work(): Promise<void> {
  while (waiting.length > 0) tell(await commitTogether(writer, waiting.splice(0, largestGroup)));
  working = false;
  if (!closing) return;
  db.close();
  port.close();
}

function tell(message: FromWriter): void {
  port.postMessage(message);
}
