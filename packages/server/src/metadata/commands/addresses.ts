import { addressKey, closedSpans, isInSpan } from '../../registry/address-spans.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { SqlSession } from '../sql-session.ts';

/**
 * What the limits of a project keep out, written anew after they have changed. `closes-caller`: whoever changed them would not get in any more;
 * administrators, who can mend that from anywhere, may close a project to themselves.
 */
export async function writeClosedAddresses(sql: SqlSession, projectId: number, by: Agent): Promise<'closes-caller' | undefined> {
  const limits = await sql.get<{ allowed_addresses: string | null; denied_addresses: string | null }>(
    'select allowed_addresses, denied_addresses from projects where id = ?',
    [projectId],
  );
  const spans = closedSpans({
    allowedAddresses: listOf(limits?.allowed_addresses ?? null),
    deniedAddresses: listOf(limits?.denied_addresses ?? null),
  });
  const isBound = by.address !== undefined && !by.roles.includes('administrator');
  if (isBound && isInSpan(spans, addressKey(by.address ?? ''))) return 'closes-caller';
  await sql.run('delete from closed_addresses where project_id = ?', [projectId]);
  const known = new Set<string>();
  for (const { low, high } of spans) {
    if (known.has(`${low} ${high}`)) continue;
    known.add(`${low} ${high}`);
    await sql.run('insert into closed_addresses (project_id, low, high) values (?, ?, ?)', [projectId, low, high]);
  }
  return undefined;
}

function listOf(text: string | null): readonly string[] | undefined {
  return text === null ? undefined : (JSON.parse(text) as string[]);
}
