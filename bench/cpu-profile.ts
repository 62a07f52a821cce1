import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What `node --cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** The node of each sample, and the microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0; -1 where there is no source. */
  readonly lineNumber: number;
}

/** Where one thread spent its time, itself and not what it called. */
export interface SelfTime {
  readonly where: string;
  /** Of all the time of the thread, idle time included: 0 to 1. */
  readonly share: number;
}

const shown = 15;
const checkout = fileURLToPath(new URL('..', import.meta.url));

/** The functions in which most time went, largest first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTime[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const delta = timeDeltas[index] ?? 0;
    const where = places.get(id) ?? '(unknown)';
    times.set(where, (times.get(where) ?? 0) + delta);
    total += delta;
  }
  return [...times].map(([where, time]) => ({ where, share: time / total })).sort((a, b) => b.share - a.share);
}

/** A Markdown table for each profile in the folder; a thread that is cut off leaves none. */
export function renderProfiles(directory: string): string {
  const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
  return files.map((name) => renderProfile(name, JSON.parse(readFileSync(join(directory, name), 'utf8')))).join('\n\n');
}

/** The file's name holds date, time, process, thread and a number. */
function renderProfile(file: string, profile: CpuProfile): string {
  const [, , , pid = '', thread = ''] = file.split('.');
  const lines = selfTimes(profile)
    .slice(0, shown)
    .map(({ where, share }) => `| ${(share * 100).toFixed(1)} % | ${where} |`);
  return `Process ${pid}, thread ${Number(thread)}, self time:\n\n| share | where |\n| ---: | --- |\n${lines.join('\n')}`;
}

function describe({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  return `\`${name}\` ${url.startsWith('file:') ? relative(checkout, fileURLToPath(url)) : url}:${lineNumber + 1}`;
}
