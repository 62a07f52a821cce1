import type { AddressSpan } from '../../registry/address-spans.ts';
import type { SqlSession } from '../sql-session.ts';

/** `AccessStore.findAddressLimits`. */
export async function findAddressLimits(sql: SqlSession): Promise<{ some: boolean }> {
  return { some: (await sql.get('select 1 from closed_addresses limit 1')) !== undefined };
}

/** `AccessStore.findClosedSpans`. */
export async function findClosedSpans(sql: SqlSession, project: string): Promise<{ spans: readonly AddressSpan[] }> {
  const text = 'select c.low, c.high from closed_addresses c where c.project_id = (select p.id from projects p where p.name = ?)';
  return { spans: await sql.all<AddressSpan & Record<string, string>>(text, [project]) };
}
