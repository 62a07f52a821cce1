import { LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../command.ts';

/** Reads an object written in YAML 1.2 or JSON, which is YAML as well. Throws a UsageError with the line of the first mistake. */
export function readObject(text: string, source: string): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const { line, col } = lines.linePos(mistake.pos[0]);
    throw new UsageError(`${source}, line ${line}, column ${col}: ${mistake.message}`);
  }
  const value: unknown = document.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${source} is not an object: members with values are meant, such as name: team`);
  return { ...value };
}
