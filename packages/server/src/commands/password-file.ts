import { readFile } from 'node:fs/promises';
import { UsageError } from './arguments.ts';

/** The first line of a file, as a password. */
export async function readPasswordFile(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    throw new UsageError(`The password file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
