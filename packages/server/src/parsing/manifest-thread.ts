import { parentPort } from 'node:worker_threads';
import { readManifest } from '../registry/read-manifest.ts';

/** A manifest on its way to the thread. */
export interface ManifestQuestion {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

if (parentPort === null) throw new Error('This file runs in a worker thread');
const port = parentPort;
port.on('message', ({ bytes, contentType }: ManifestQuestion) => port.postMessage(readManifest(bytes, contentType)));
