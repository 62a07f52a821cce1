import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { isPooled } from './pooled-connection.ts';

/** Where the triggers of the schema tell what has changed. */
const changeChannel = 'longshore_changes';
const farewellMs = 1_000;

export interface ListeningDeps {
  /** Opens a connection of its own. */
  readonly connect: () => Promise<Client>;
  /** Sends a notification by the way that writes go. */
  readonly notify: (channel: string) => Promise<void>;
}

/**
 * Opens a connection on which `onChange` hears what the triggers tell from now on. Throws when it leads through a pooler, which passes
 * nothing on, or to another database than writes, which would be silent for ever.
 */
export async function openListening({ connect, notify }: ListeningDeps, onChange: (subject: string) => void): Promise<Client> {
  const client = await connect();
  try {
    if (await isPooled(client)) throw new Error('metadata.listenUrl leads through a pooler: give the address of the server itself');
    client.on('notification', ({ channel, payload }) => {
      if (channel === changeChannel) onChange(payload ?? '');
    });
    await client.query(`listen ${changeChannel}`);
    if (!(await hears(client, notify))) throw new Error('metadata.listenUrl leads to another database than metadata.url');
    return client;
  } catch (error) {
    await hangUp(client);
    throw error;
  }
}

/** Ends a connection; nobody answers on one that is only half there. */
export async function hangUp(client: Client): Promise<void> {
  await Promise.race([client.end(), sleep(farewellMs, undefined, { ref: false })]);
  client.connection.stream.destroy();
}

/** Resolves behind everything that was told before; throws when nothing can change here, since it may change elsewhere then. */
export async function heartbeat(client: Client): Promise<void> {
  const { rows } = await client.query<{ reads: string }>("select current_setting('transaction_read_only') as reads");
  if (rows[0]?.reads !== 'off') throw new Error('The server takes no writes: another one may');
}

/** Whether what is told by the way of writes arrives here. */
async function hears(client: Client, notify: ListeningDeps['notify']): Promise<boolean> {
  const { rows } = await client.query<{ channel: string }>(`select 'longshore_proof_' || pg_backend_pid() as channel`);
  const own = rows[0]?.channel ?? '';
  let heard = false;
  client.on('notification', ({ channel }) => {
    heard ||= channel === own;
  });
  await client.query(`listen ${own}`);
  await notify(own);
  await heartbeat(client);
  await client.query(`unlisten ${own}`);
  return heard;
}
