import type { Connection } from './connect.ts';

/** Whether the registry has the management API: as was found at login, otherwise it is asked. */
export async function isLongshore({ isLongshore: known, url, fetch }: Pick<Connection, 'isLongshore' | 'url' | 'fetch'>): Promise<boolean> {
  if (known !== undefined) return known;
  // Other registries answer anything from 404 to a page of their own.
  const response = await fetch(new URL('api/v1/openapi.json', url), { redirect: 'manual' });
  if (response.status !== 200 || response.headers.get('content-type')?.startsWith('application/json') !== true) {
    await response.body?.cancel();
    return false;
  }
  const description = (await response.json().catch(() => undefined)) as { info?: { title?: string } } | undefined;
  return description?.info?.title === 'Longshore management API';
}
