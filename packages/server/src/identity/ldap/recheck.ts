import type { DueLink } from '../../registry/ports/external-account-store.ts';
import type { Renewal } from '../external/recheck.ts';
import { DirectoryTrouble } from './connection.ts';
import type { Directory } from './directory.ts';

/** Asks the directory about somebody who came from it, by their id. Gone or disabled there is `ended`. */
export async function askDirectory(
  directory: Pick<Directory, 'deadline' | 'findById' | 'identify'>,
  { externalId }: Pick<DueLink, 'externalId'>,
): Promise<Renewal> {
  try {
    const end = directory.deadline();
    const found = await directory.findById(externalId, end);
    if (found.kind === 'none') return { kind: 'ended', detail: 'the directory has nobody with this id' };
    if (found.kind === 'several') return { kind: 'ended', detail: 'the directory has several people with this id' };
    const person = await directory.identify(found.entry, end);
    return person.kind === 'person' ? { kind: 'renewed', identity: person.identity } : { kind: 'ended', detail: person.detail };
  } catch (error) {
    if (!(error instanceof DirectoryTrouble)) throw error;
    return { kind: error.server ? 'away' : 'unknown', detail: error.message };
  }
}
