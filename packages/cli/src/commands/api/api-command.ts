import { type CallOperation, callOperation, pagesOf } from '../../api/call-operation.ts';
import { flagsOf } from '../../api/field-values.ts';
import { type Operation, operationOf } from '../../api/operation.ts';
import { type Command, type CommandInput, type Flag, type Output, type Positional, type Surroundings, UsageError } from '../../command.ts';
import { type Connection, connect } from '../../connection/connect.ts';
import { isLongshore } from '../../connection/is-longshore.ts';
import { outputFlag, serverFlag, waitFlag, yesFlag } from '../../flags.ts';
import { readSingleImage } from '../../images/image-page.ts';
import { digestOf, type ImageTarget, imageTarget, referenceOf } from '../../images/image-target.ts';
import { memberAt } from '../../output/readable-value.ts';
import { formatOf, isForPeople, writeList, writeRows } from '../../output/results.ts';
import { writeText } from '../../output/text.ts';
import { saveStream } from '../../terminal/save-stream.ts';
import { platformFlag } from '../images/platform-flag.ts';
import type { ApiRow } from './api-row.ts';
import { finishJobs } from './finish-jobs.ts';
import { isLossMeant } from './loss.ts';
import { requestValues, rowFlagOf } from './request-values.ts';
import { specialFlags } from './special-fields.ts';
import { untilRead } from './until-read.ts';

const projectFlag: Flag = { name: 'project', short: 'p', value: 'PROJECT', summary: 'Of this project; otherwise of the whole registry' };
const limitFlag: Flag = { name: 'limit', value: 'NUMBER', summary: 'Entries at most; all unless said' };
const fileFlag: Flag = {
  name: 'file',
  short: 'f',
  value: 'FILE',
  summary: 'The body of the request as YAML or JSON; - is standard input. Flags come before it',
};
const saveFlag: Flag = {
  name: 'save',
  value: 'PATH',
  summary: 'Write to this file, which appears when it is whole; otherwise to standard output',
};
const ifMatchFlag: Flag = { name: 'if-match', value: 'ETAG', summary: 'Only if it is still of this version' };

const imageParts: ReadonlySet<string> = new Set(['tag', 'digest', 'reference']);

/** The command that a row describes. */
export function apiCommand(row: ApiRow): Command {
  const operations = (typeof row.call === 'string' ? [row.call] : row.call).map(operationOf);
  const [first] = operations;
  if (first === undefined) throw new Error(`${row.name} calls nothing`);
  const placed = placesOf(first, typeof row.call !== 'string');
  const takes = [...placed.map((name) => positionalOf(name, row)), ...(row.words ?? []).map((name) => ({ name: wordName(name) }))];
  return {
    name: row.name,
    summary: row.summary ?? first.summary,
    takes: takes.map((one, at) => (row.ownUser === true && at === 0 ? { ...one, optional: true } : one)),
    flags: rowFlags(row, operations),
    examples: row.examples,
    operations: [...operations.map(({ id }) => id), ...(row.shows === undefined ? [] : [row.shows])],
    anyRegistry: row.elsewhere !== undefined,
    run: (input, surroundings) => runRow(row, operations, placed, { input, surroundings }),
  };
}

/** What of the path is given as words: a repository with its tag or digest is one word. */
function placesOf({ path }: Operation, isChosenByProject: boolean): string[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const isImage = names.includes('repository') && names.some((name) => imageParts.has(name));
  return names.flatMap((name) => {
    if ((name === 'project' && isChosenByProject) || (isImage && imageParts.has(name))) return [];
    return [isImage && name === 'repository' ? 'image' : name];
  });
}

const wordName = (name: string) => (name === 'q' ? 'TEXT' : name.replace(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase());

function positionalOf(name: string, row: ApiRow): Positional {
  return { name: wordName(name), ...(name === 'user' && row.ownUser === true && { optional: true }) };
}

function rowFlags(row: ApiRow, operations: readonly Operation[]): Flag[] {
  const fields = operations.flatMap(({ parameters, body = [] }) => [
    ...parameters.filter((one) => one.in === 'query' && one.name !== 'limit' && one.name !== 'cursor'),
    ...body,
  ]);
  const given = fields
    .filter((field) => !(row.words ?? []).includes(field.name))
    .flatMap((field) => renamed(row, flagsOf(field), rowFlagOf(row, field)));
  const has = (test: (one: Operation) => boolean) => operations.some(test);
  const all = [
    ...(operations.length > 1 ? [projectFlag] : []),
    ...specialFlags(row),
    ...(row.ofPlatform === true ? [platformFlag] : []),
    ...given,
    ...(has(({ body }) => body !== undefined) ? [fileFlag] : []),
    ...(has(({ parameters }) => parameters.some(({ name }) => name === 'If-Match')) ? [ifMatchFlag] : []),
    ...(has(({ answer }) => answer === 'pages') ? [limitFlag] : []),
    ...(row.waits === true ? [waitFlag] : []),
    ...(has(({ answer }) => answer === 'bytes' || answer === 'text') ? [saveFlag] : []),
    ...(row.loses === undefined ? [] : [yesFlag]),
    ...(has(({ answer }) => answer === 'json' || answer === 'pages') ? [outputFlag] : []),
    serverFlag,
  ];
  return [...new Map(all.map((flag) => [flag.name, flag])).values()];
}

function renamed(row: ApiRow, flags: readonly Flag[], name: string): Flag[] {
  return row.flagNames === undefined
    ? [...flags]
    : flags.map((flag) => ({ ...flag, name: flag.name.startsWith('no-') ? `no-${name}` : name }));
}

interface Run {
  readonly input: CommandInput;
  readonly surroundings: Surroundings;
}

async function runRow(
  row: ApiRow,
  operations: readonly Operation[],
  placed: readonly string[],
  { input, surroundings }: Run,
): Promise<number> {
  const project = operations.length > 1 ? input.one('project') : undefined;
  const operation = operations[project === undefined ? 0 : 1] ?? operations[0];
  if (operation === undefined) throw new Error(`${row.name} calls nothing`);
  refuseForeignFlags(row, operations, operation, input);
  if (operation.answer === 'bytes' && !input.has('save')) refuseTerminal(surroundings);
  const { connection, path } = await pathOf(row, operation, placed, { input, surroundings });
  const values = await requestValues(
    row,
    operation,
    { ...path, ...(project !== undefined && { project }) },
    input.words.slice(placed.length),
    {
      input,
      surroundings,
    },
  );
  const call = await callerOf(row, connection, surroundings);
  if (row.reads !== undefined && call === callOperation) await untilRead(operationOf(row.reads), path, connection, surroundings);
  if (operation.answer === 'pages') {
    const most = wholeNumber(input.one('limit'));
    const shape = { columns: row.columns ?? [row.named ?? 'name'], named: row.named ?? 'name', empty: 'Nothing.' };
    await writeList(
      pagesOf(operation, values, connection, { ...(most !== undefined && { most }), call }),
      shape,
      formatOf(input),
      surroundings,
    );
    return 0;
  }
  if (row.loses !== undefined && !input.has('dry-run')) {
    const what = row.loses;
    const facts = row.shows === undefined ? undefined : await answerOf(operationOf(row.shows), values.path, connection);
    const name = row.shows === undefined ? undefined : path[placed.at(-1) ?? ''];
    if (!(await isLossMeant({ what, ...(name !== undefined && { name }), ...(facts !== undefined && { facts }) }, input, surroundings)))
      return 1;
  }
  const response = await call(operation, values, connection);
  return finish(row, operation, response, { input, surroundings, connection, project });
}

/** What answers: the registry, or for one that is no Longshore what the row has in its place. */
async function callerOf({ elsewhere }: ApiRow, connection: Connection, surroundings: Surroundings): Promise<CallOperation> {
  return elsewhere === undefined || (await isLongshore(connection)) ? callOperation : elsewhere(surroundings);
}

async function answerOf(operation: Operation, path: Readonly<Record<string, string>>, connection: Connection) {
  return (await (await callOperation(operation, { path }, connection)).json()) as Record<string, unknown>;
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`--limit is a whole number from 1, not '${text}'`);
  return Number(text);
}

/** A flag of the other of two operations would be passed over in silence. */
function refuseForeignFlags(row: ApiRow, operations: readonly Operation[], chosen: Operation, input: CommandInput): void {
  const flagsOfFields = ({ body = [], parameters }: Operation) => [...body, ...parameters].map((field) => rowFlagOf(row, field));
  const own = new Set(flagsOfFields(chosen));
  for (const flag of operations.flatMap(flagsOfFields)) {
    if (!own.has(flag) && input.has(flag))
      throw new UsageError(`--${flag} does not go with ${input.has('project') ? '' : 'a missing '}--project`);
  }
}

async function pathOf(row: ApiRow, operation: Operation, placed: readonly string[], { input, surroundings }: Run) {
  const path: Record<string, string> = {};
  let connection: Connection | undefined;
  for (const [at, name] of placed.entries()) {
    const word = input.words[at];
    if (name === 'image' || name === 'repository') {
      const target = await imageTarget(word ?? '', input, surroundings);
      connection = target.connection;
      path['repository'] = target.name;
      if (name === 'image' && row.ofPlatform === true) path['digest'] = (await readSingleImage(target, input.one('platform'))).digest;
      else if (name === 'image') Object.assign(path, await imagePath(operation, target, word ?? ''));
      else if (target.tag !== undefined || target.digest !== undefined)
        throw new UsageError(`'${word}' names an image; a repository is meant`);
    } else if (word !== undefined) path[name] = word;
  }
  connection ??= await connect(input.one('server'), surroundings);
  if (row.ownUser === true && path['user'] === undefined)
    path['user'] = String((await answerOf(operationOf('getMe'), {}, connection))['name']);
  return { connection, path };
}

/** What else of the path an image's name gives. A digest that is not written is that of the tag at present. */
async function imagePath({ path }: Operation, target: ImageTarget, word: string): Promise<Record<string, string>> {
  const needed = [...imageParts].find((part) => path.includes(`{${part}}`)) ?? 'reference';
  if (needed === 'digest') return { digest: await digestOf(target) };
  if (needed === 'tag' && target.digest !== undefined) throw new UsageError(`'${word}': a tag is meant, as in team/app:1.0`);
  return { [needed]: referenceOf(target) };
}

async function finish(
  row: ApiRow,
  operation: Operation,
  response: Response,
  { input, surroundings, connection, project }: Run & { readonly connection: Connection; readonly project: string | undefined },
): Promise<number> {
  const place = input.one('save');
  if (place !== undefined) {
    await saveStream(place, response.body ?? []);
    return 0;
  }
  if (operation.answer === 'bytes') {
    for await (const bytes of response.body ?? []) await surroundings.terminal.write(bytes);
    return 0;
  }
  if (operation.answer === 'text') {
    await writeLines(response, surroundings.output);
    return 0;
  }
  if (operation.answer === 'none' || response.status === 204) {
    await response.body?.cancel();
    return 0;
  }
  const answer: unknown = await response.json();
  const text = row.prints === undefined || !isForPeople(formatOf(input)) ? undefined : memberAt(answer, row.prints);
  if (typeof text === 'string') {
    await writeText(text, surroundings);
    return 0;
  }
  const listed = row.lists === undefined || !isForPeople(formatOf(input)) ? undefined : memberAt(answer, row.lists);
  if (Array.isArray(listed)) {
    await writeRows(listed, { columns: row.columns ?? [], named: row.named ?? 'name' }, formatOf(input), surroundings);
    return 0;
  }
  return finishJobs(answer, { named: row.named ?? 'name', project, connection, input, surroundings });
}

/** What is in a file may steer a terminal in any way. */
function refuseTerminal({ terminal }: Surroundings): void {
  if (terminal.stdoutIsTty)
    throw new UsageError('the bytes of a file are not for a terminal: say --save FILE, or send them on with > or |');
}

/** Line by line, since a long export does not fit into memory. */
async function writeLines(response: Response, output: Output): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) output.out(line);
  }
  if (rest !== '') output.out(rest);
}
