import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { UsageError } from '../command.ts';

/** Writes a stream to a file of this machine, whole or not at all: a file that is there stays until the last byte has come. */
export async function saveStream(path: string, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  const file = await created(beside, path);
  try {
    for await (const bytes of body) await file.writeFile(bytes);
    await file.close();
    await rename(beside, path);
  } catch (error) {
    await file.close();
    await rm(beside, { force: true });
    throw error;
  }
}

async function created(beside: string, path: string): Promise<FileHandle> {
  try {
    return await open(beside, 'wx');
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
