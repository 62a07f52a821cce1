import { readFile } from 'node:fs/promises';
import type { CallValues } from '../../api/call-operation.ts';
import { flagNameOf, isSecret, readValue } from '../../api/field-values.ts';
import type { Operation, OperationField } from '../../api/operation.ts';
import { type CommandInput, type Surroundings, UsageError } from '../../command.ts';
import type { ApiRow } from './api-row.ts';
import { specialValue } from './special-fields.ts';

/** The flag of a field in a command: its own name unless the row gives another. */
export function rowFlagOf(row: ApiRow, field: OperationField): string {
  return row.flagNames?.[field.name] ?? flagNameOf(field);
}

/** What a command line says for one operation. `words`: what is left when those of the path are taken. Throws a UsageError. */
export async function requestValues(
  row: ApiRow,
  operation: Operation,
  path: Readonly<Record<string, string>>,
  words: readonly string[],
  { input, surroundings }: { readonly input: CommandInput; readonly surroundings: Surroundings },
): Promise<CallValues> {
  const asWords = new Map((row.words ?? []).map((name, at) => [name, words[at]]));
  const read = (field: OperationField) => fieldValue(row, field, asWords.get(field.name), { input, surroundings });
  const query: Record<string, unknown> = {};
  for (const field of operation.parameters) {
    if (field.in === 'query' && field.name !== 'limit' && field.name !== 'cursor') query[field.name] = await read(field);
  }
  const ifMatch = input.one('if-match');
  const values = { path, query, ...(ifMatch !== undefined && { ifMatch }) };
  if (operation.body === undefined) return values;
  const body: Record<string, unknown> = await bodyOf(input, surroundings);
  for (const field of operation.body) {
    const value = await read(field);
    if (value !== undefined) body[field.name] = value;
    else if (field.required === true && body[field.name] === undefined)
      throw new UsageError(`missing: --${rowFlagOf(row, field)}, or '${field.name}' in --file`);
  }
  return { ...values, body };
}

/** The value given for a field; undefined when none is. */
async function fieldValue(
  row: ApiRow,
  field: OperationField,
  word: string | undefined,
  { input, surroundings }: { readonly input: CommandInput; readonly surroundings: Surroundings },
): Promise<unknown> {
  const special = specialValue(row, field, word, input);
  if (special !== undefined) return special;
  if (word !== undefined) return readValue(field, word);
  const flag = rowFlagOf(row, field);
  if (input.has(`no-${flag.replace(/-file$/, '')}`)) return field.type === 'boolean' ? false : null;
  if (!input.has(flag)) return undefined;
  if (isSecret(field)) return secretOf(input.one(flag) ?? '', surroundings);
  if (field.many === true) return input.all(flag).flatMap((text) => text.split(',').filter((one) => one !== ''));
  return readValue(field, input.one(flag) ?? '');
}

async function textOf(path: string, { terminal }: Surroundings): Promise<string> {
  if (path === '-') return terminal.readAll();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function secretOf(path: string, surroundings: Surroundings): Promise<string> {
  return (await textOf(path, surroundings)).replace(/\r?\n$/, '');
}

async function bodyOf(input: CommandInput, surroundings: Surroundings): Promise<Record<string, unknown>> {
  const path = input.one('file');
  if (path === undefined) return {};
  const { readObject } = await import('../../api/object-text.ts');
  return readObject(await textOf(path, surroundings), path === '-' ? 'standard input' : path);
}
