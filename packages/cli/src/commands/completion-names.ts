import { callOperation } from '../api/call-operation.ts';
import { operationOf } from '../api/operation.ts';
import type { Command, Surroundings } from '../command.ts';
import { type Connection, connect } from '../connection/connect.ts';
import { findCommand } from '../find-command.ts';

/** Whoever presses Tab waits no longer for a registry, in milliseconds. */
const patienceMs = 1500;
const most = 100;
/** A shell puts what it is told into the line as it is: whatever means something to it is no name, whoever says so. */
const plain = /^[\w./:-]+$/;

/**
 * What the last word can become of what the registry has: projects, repositories, and behind a colon tags. Nothing where none is meant or
 * it does not answer soon: a shell has no place for complaints.
 */
export async function namesFor(
  typed: readonly string[],
  commands: readonly Command[],
  surroundings: Surroundings,
): Promise<readonly string[]> {
  const last = typed.at(-1) ?? '';
  const meant = meaningOf(typed, commands);
  if (meant === undefined || last.startsWith('-')) return [];
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const connection = await connect(undefined, {
      ...surroundings,
      output: { ...surroundings.output, err: () => undefined },
      fetch: (input, init) => surroundings.fetch(input, { ...init, signal }),
    });
    const names = meant === 'PROJECT' ? await projects(last, connection) : await images(last, meant === 'IMAGE', connection);
    return names.filter((name) => name.startsWith(last) && plain.test(name));
  } catch {
    return [];
  }
}

const placeholders: ReadonlySet<string> = new Set(['PROJECT', 'REPOSITORY', 'IMAGE', 'FROM', 'TO', 'TARGET']);

/** What the last word stands for, where it is the name of something. */
function meaningOf(typed: readonly string[], commands: readonly Command[]): 'PROJECT' | 'REPOSITORY' | 'IMAGE' | undefined {
  const command = findCommand(typed, commands);
  if (command === undefined) return undefined;
  const flagOf = (word: string | undefined) => command.flags.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
  const flag = flagOf(typed.at(-2));
  if (flag?.value !== undefined) return flag.value === 'PROJECT' ? 'PROJECT' : undefined;
  const behind = typed.slice(command.name.split(' ').length, -1);
  const words = behind.filter((word, at) => !word.startsWith('-') && flagOf(behind[at - 1])?.value === undefined);
  const { name = '' } = command.takes[words.length] ?? {};
  if (!placeholders.has(name)) return undefined;
  return name === 'PROJECT' || name === 'REPOSITORY' ? name : 'IMAGE';
}

async function itemsOf(
  id: string,
  path: Readonly<Record<string, string>>,
  query: Readonly<Record<string, unknown>>,
  connection: Connection,
) {
  const response = await callOperation(operationOf(id), { path, query: { ...query, limit: most } }, connection);
  const { items } = (await response.json()) as { readonly items: readonly { readonly name: string }[] };
  return items.map(({ name }) => name);
}

function projects(begun: string, connection: Connection): Promise<string[]> {
  return itemsOf('listProjects', {}, { ...(begun !== '' && { q: begun }) }, connection);
}

async function images(begun: string, isImage: boolean, connection: Connection): Promise<string[]> {
  const [, repository, tag = ''] = /^([^:]+):(.*)$/.exec(begun) ?? [];
  if (isImage && repository !== undefined) {
    const tags = await itemsOf('listTags', { repository }, { ...(tag !== '' && { prefix: tag }) }, connection);
    return tags.map((name) => `${repository}:${name}`);
  }
  const found = await itemsOf('searchRepositories', {}, { q: begun }, connection);
  return isImage ? found.map((name) => `${name}:`) : found;
}
