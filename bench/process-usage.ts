import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

// Linux counts processor time in these for every architecture that Node runs on (USER_HZ).
const ticksPerSecond = 100;

/** Processor seconds, user and system, that a process and its children have used so far. */
export function processorSeconds(pid: number): number {
  return sum(pid, (each) => {
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  });
}

/** Resident memory of a process and its children now, in MB (10^6 bytes). */
export function residentMegabytes(pid: number): number {
  return sum(pid, (each) => statusMegabytes(each, 'VmRSS'));
}

/** The most memory that each of them had resident since the last call, added up, in MB; begins a new measurement. */
export function takePeakMegabytes(pid: number): number {
  return sum(pid, (each) => {
    const peak = statusMegabytes(each, 'VmHWM');
    writeFileSync(`/proc/${each}/clear_refs`, '5');
    return peak;
  });
}

function statusMegabytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
}

function sum(pid: number, measure: (pid: number) => number): number {
  return [pid, ...descendants(pid)].reduce((total, each) => total + measure(each), 0);
}

function descendants(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}
