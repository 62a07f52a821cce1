import { callOperation } from '../../api/call-operation.ts';
import type { Operation } from '../../api/operation.ts';
import type { Surroundings } from '../../command.ts';
import type { Connection } from '../../connection/connect.ts';
import { follow } from '../../terminal/follow.ts';
import { progressLine } from '../../terminal/progress-line.ts';

/**
 * Asks for a list of files (`list`) until the layers have been read, which the first look at them makes happen; on a terminal with a line that
 * tells how far that is.
 */
export async function untilRead(
  list: Operation,
  path: Readonly<Record<string, string>>,
  connection: Connection,
  { terminal, say }: Surroundings,
): Promise<void> {
  const ask = async () =>
    (await (await callOperation(list, { path, query: { limit: 1 } }, connection)).json()) as { readonly state?: string };
  const lineOf = (seen: object, elapsedMs: number) => progressLine(say('reading the layers'), seen, elapsedMs, terminal.columns);
  await follow({ ask, isEnd: ({ state }) => state !== 'reading', lineOf }, terminal);
}
