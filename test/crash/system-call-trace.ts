import { readFile } from 'node:fs/promises';

/** One system call that succeeded, as far as the order of effects needs it. */
export interface SystemCall {
  readonly name: string;
  /** Everything between the parentheses, descriptors with their paths. */
  readonly args: string;
  /** Position of the line at which the call began, and of the one at which its effect was complete. */
  readonly begun: number;
  readonly done: number;
}

const call = /^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+)/s;
const unfinished = /^(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$/s;
const resumed = /^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+= (-?\d+)/s;

/** Reads what `strace -f -yy -o FILE` wrote: the successful calls in the order in which they began. */
export async function readSystemCalls(path: string): Promise<SystemCall[]> {
  const calls: SystemCall[] = [];
  const open = new Map<string, { name: string; args: string; begun: number }>();
  for (const [position, line] of (await readFile(path, 'latin1')).split('\n').entries()) {
    const [, startedBy = '', startedName = '', startedArgs = ''] = unfinished.exec(line) ?? [];
    if (startedName !== '') {
      open.set(startedBy, { name: startedName, args: startedArgs, begun: position });
      continue;
    }
    const [, resumedBy = '', resumedName = '', rest = '', resumedResult = ''] = resumed.exec(line) ?? [];
    const began = open.get(resumedBy);
    if (resumedName !== '' && began?.name === resumedName) {
      open.delete(resumedBy);
      if (!resumedResult.startsWith('-')) calls.push({ name: began.name, args: began.args + rest, begun: began.begun, done: position });
      continue;
    }
    const [, , name = '', args = '', result = ''] = call.exec(line) ?? [];
    if (name !== '' && !result.startsWith('-')) calls.push({ name, args, begun: position, done: position });
  }
  return calls.sort((a, b) => a.begun - b.begun);
}

/** The calls that change a file's bytes. */
export function isWrite({ name }: SystemCall): boolean {
  return ['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2'].includes(name);
}

/** The calls that make a file's bytes durable. */
export function isSync({ name }: SystemCall): boolean {
  return name === 'fsync' || name === 'fdatasync';
}

/** The calls that rename. */
export function isRename({ name }: SystemCall): boolean {
  return name.startsWith('rename');
}
