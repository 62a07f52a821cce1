import type { CommandInput, Output, Say, Surroundings } from '../command.ts';
import { toJson } from './json.ts';
import { nestedLines } from './nested-lines.ts';
import { memberAt, printable, readableValue } from './readable-value.ts';
import { headingOf, headingsOf, tableOf } from './table.ts';
import { toYaml } from './yaml.ts';

/** What a result looks like: the columns of a table, and which member names a thing (`-o name`). */
export interface Shape {
  readonly columns: readonly string[];
  readonly named: string;
  /** Said of the columns; by their members unless given. */
  readonly headings?: readonly string[];
  /** Said on stderr by a table without rows. */
  readonly empty?: string;
}

/** How results are written: one of the choices of `--output`. */
export function formatOf(input: CommandInput): string {
  return input.one('output') ?? 'table';
}

const bold = '\u001b[1m';
const plain = '\u001b[0m';

/** Whether escapes may be written to standard output (https://no-color.org). */
export function isColoured({ terminal, environment }: Surroundings): boolean {
  return terminal.stdoutIsTty && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

/** Whether people read it: a table, which on a terminal is as wide as that, or with everything that is in it. */
export function isForPeople(format: string): boolean {
  return format === 'table' || format === 'wide';
}

/** Writes one thing. */
export function writeThing(value: unknown, shape: Pick<Shape, 'named'>, format: string, surroundings: Surroundings): void {
  const { output, say } = surroundings;
  if (format === 'json') return output.out(toJson(value, 2));
  if (format === 'yaml') return output.out(toYaml(value));
  if (format === 'name') return output.out(printable(String(memberAt(value, shape.named) ?? '')));
  if (typeof value !== 'object' || value === null) return output.out(printable(String(value)));
  const nowMs = Date.now();
  const reading = {
    cell: (name: string, one: unknown) => readableValue(name, one, { nowMs, say }),
    memberName: (key: string) => memberText(key, say),
    heading: (text: string) => printable(say(text)),
    columns: isShort(format, surroundings) ? surroundings.terminal.columns : Number.POSITIVE_INFINITY,
  };
  for (const line of nestedLines(value as Readonly<Record<string, unknown>>, reading)) output.out(line);
}

/** What a member is called by people; in English that is its name. */
function memberText(key: string, say: Say): string {
  const heading = headingOf(key);
  const text = say(heading);
  return printable(text === heading ? key : text);
}

/** Writes things as their pages arrive. */
export async function writeList(
  pages: AsyncIterable<readonly unknown[]>,
  shape: Shape,
  format: string,
  surroundings: Surroundings,
): Promise<void> {
  const { output } = surroundings;
  if (format === 'json' || format === 'yaml') return writeDocument(pages, format, output);
  if (format === 'name') {
    for await (const page of pages) for (const one of page) output.out(printable(String(memberAt(one, shape.named) ?? '')));
    return;
  }
  let table: ReturnType<typeof tableOf> | undefined;
  const headings = (shape.headings ?? headingsOf(shape.columns)).map(surroundings.say);
  const isCut = isShort(format, surroundings);
  for await (const page of pages) {
    const reading = { nowMs: Date.now(), say: surroundings.say, isShort: isCut };
    const rows = page.map((one) =>
      shape.columns.map((column) => readableValue(column.split('.').at(-1) ?? column, memberAt(one, column), reading)),
    );
    if (rows.length > 0 && table === undefined) {
      table = tableOf(headings, rows, isCut ? surroundings.terminal.columns : Number.POSITIVE_INFINITY);
      const line = table.line(headings);
      output.out(isColoured(surroundings) ? `${bold}${line}${plain}` : line);
    }
    for (const row of rows) output.out(table?.line(row) ?? '');
  }
  if (table === undefined && shape.empty !== undefined) output.err(shape.empty);
}

/** Whether cells are cut: programs that read a table get every one whole, on a terminal lines would break. */
function isShort(format: string, { terminal }: Surroundings): boolean {
  return format === 'table' && terminal.stdoutIsTty;
}

/** Writes things that are all there. */
export function writeRows(rows: readonly unknown[], shape: Shape, format: string, surroundings: Surroundings): Promise<void> {
  return writeList(onePage(rows), shape, format, surroundings);
}

async function* onePage(rows: readonly unknown[]): AsyncGenerator<readonly unknown[], void> {
  yield rows;
}

async function writeDocument(pages: AsyncIterable<readonly unknown[]>, format: 'json' | 'yaml', output: Output): Promise<void> {
  let before: string | undefined;
  for await (const page of pages) {
    for (const one of page) {
      if (format === 'yaml') output.out(toYaml([one]));
      else if (before === undefined) output.out('[');
      else output.out(`${before},`);
      before = format === 'json' ? indented(one) : '';
    }
  }
  if (before === undefined) output.out('[]');
  else if (format === 'json') output.out(`${before}\n]`);
}

function indented(value: unknown): string {
  return toJson(value, 2).replace(/^/gm, '  ');
}
