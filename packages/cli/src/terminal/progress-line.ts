import { printable } from '../output/readable-value.ts';
import { cutToWidth } from '../output/table.ts';

const barWidth = 24;
/** How what takes long says how much of how much is done. */
const measures = [
  ['done', 'total'],
  ['bytesRead', 'bytesTotal'],
  ['readBytes', 'sizeBytes'],
] as const;

/** One line on what is under way: a bar where it says how much there is to do, otherwise what it says. */
export function progressLine(what: string, progress: unknown, elapsedMs: number, columns: number): string {
  const seconds = `${Math.floor(elapsedMs / 1000)}s`;
  const part = partDone(progress);
  const said = progress === undefined || progress === null ? '' : typeof progress === 'string' ? progress : JSON.stringify(progress);
  const filled = Math.round((part ?? 0) * barWidth);
  const bar = part === undefined ? said : `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}] ${Math.floor(part * 100)} %`;
  return cutToWidth(printable(`${what} ${seconds} ${bar}`), Math.max(20, columns - 1));
}

function partDone(progress: unknown): number | undefined {
  if (typeof progress !== 'object' || progress === null) return undefined;
  const members = progress as Readonly<Record<string, unknown>>;
  for (const [doneName, totalName] of measures) {
    const [done, total] = [members[doneName], members[totalName]];
    if (typeof done === 'number' && typeof total === 'number' && total > 0) return Math.min(1, done / total);
  }
  return undefined;
}
