import type { ClientBase } from 'pg';

/** Whether something between us and the server hands its connections round: a pooler says another process id than the server's own. */
export async function isPooled(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid !== (client as ClientBase & { readonly processID: number | null }).processID;
}
