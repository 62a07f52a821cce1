import { parentPort, workerData } from 'node:worker_threads';
import { ArchiveFault } from '@longshore/oci/layers';
import { ImageComparison, UnreadableLayerError } from './compare-images.ts';
import { compareTexts } from './compare-texts.ts';
import { ThreadDoor } from './thread-door.ts';
import type { ThreadTask } from './thread-messages.ts';

if (parentPort === null) throw new Error('This file runs in a worker thread');
const door = new ThreadDoor(parentPort);
const task = workerData as ThreadTask;
try {
  if (task.kind === 'images') door.say({ kind: 'found', findings: await new ImageComparison(door, task).run() });
  else door.say({ kind: 'texts', difference: await compareTexts(door, task) });
} catch (error) {
  if (error instanceof UnreadableLayerError) door.say({ kind: 'unreadable', message: error.message });
  else if (error instanceof ArchiveFault) door.say({ kind: 'unreadable', message: `A layer cannot be read: ${error.message}.` });
  else throw error;
}
