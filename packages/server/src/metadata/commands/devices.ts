import type { Agent } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { DeviceDecision, DevicePoll, DeviceQuestion, DeviceStart } from '../../registry/ports/device-store.ts';
import { locking, type SqlSession, type SqlTransaction } from '../sql-session.ts';
import { createAccessToken } from './accounts.ts';
import { recordAudit } from './audit.ts';

const intervalMs = 5000;
/** What a client counts as five seconds may be a little less here. */
const leewayMs = 500;

/** `DeviceStore.startDevice`. Who asks at the same moment may come to be one too many; nobody relies on the bound being exact. */
export async function startDevice(sql: SqlSession, input: DeviceStart): Promise<boolean> {
  const { deviceHash, userCodeHash, name, address, network, most, mostInAll, at, expiresAt } = input;
  const waiting = await sql.get<{ count: number }>('select count(*) as count from device_requests where network = ? and expires_at > ?', [
    network,
    at,
  ]);
  if ((waiting?.count ?? 0) >= most) return false;
  const isFull = await sql.get('select 1 from device_requests where expires_at > ? order by expires_at limit 1 offset ?', [
    at,
    mostInAll - 1,
  ]);
  if (isFull !== undefined) return false;
  const started = await sql.run(
    `insert into device_requests (device_hash, user_code_hash, name, address, network, created_at, expires_at, polled_at, interval_ms, state)
     values (?, ?, ?, ?, ?, ?, ?, 0, ?, 0) on conflict do nothing`,
    [deviceHash, userCodeHash, name, address, network, at, expiresAt, intervalMs],
  );
  return started > 0;
}

/** `DeviceStore.decideDevice`. */
export async function decideDevice(sql: SqlTransaction, input: DeviceDecision): Promise<boolean> {
  const { id, userId, userVersion, allow, by, at } = input;
  // Users before what is theirs, as whoever removes one locks them.
  if ((await lockUser(sql, userId, userVersion)) === undefined) return false;
  const row = await sql.get<{ name: string; address: string }>(
    `update device_requests set state = ?, user_id = ?, user_version = ? where id = ? and state = 0 and expires_at > ?
     returning name, address`,
    [allow ? 1 : 2, userId, userVersion, id, at],
  );
  if (row === undefined) return false;
  const action = allow ? 'device.allowed' : 'device.denied';
  await recordAudit(sql, by, { at, action, resource: { kind: 'device', name: row.name }, detail: { address: row.address } });
  return true;
}

interface DeviceRow {
  readonly id: number;
  readonly name: string;
  readonly expires_at: Millis;
  readonly polled_at: Millis;
  readonly interval_ms: number;
  readonly state: number;
  readonly user_id: number | null;
  readonly user_version: number | null;
}

/** `DeviceStore.pollDevice`. */
export async function pollDevice(sql: SqlTransaction, input: DeviceQuestion): Promise<DevicePoll> {
  const { deviceHash, at } = input;
  const row = await sql.get<DeviceRow>(
    `select id, name, expires_at, polled_at, interval_ms, state, user_id, user_version from device_requests where device_hash = ?`,
    [deviceHash],
  );
  if (row === undefined || row.expires_at <= at) return { outcome: 'expired' };
  if (row.state === 0) {
    const early = at < row.polled_at + row.interval_ms - leewayMs;
    const next = row.interval_ms + (early ? intervalMs : 0);
    await sql.run('update device_requests set polled_at = ?, interval_ms = ? where id = ?', [at, next, row.id]);
    return { outcome: early ? 'slow-down' : 'pending' };
  }
  const user = row.state === 1 ? await lockUser(sql, row.user_id, row.user_version) : undefined;
  const isFirst = (await sql.run('delete from device_requests where id = ?', [row.id])) > 0;
  if (!isFirst) return { outcome: 'expired' };
  return user === undefined ? { outcome: 'denied' } : giveToken(sql, row.name, user, input);
}

/** The user, unless he has changed since that version: then whoever let the device in would have to do so again. */
function lockUser(sql: SqlTransaction, id: number | null, version: number | null): Promise<{ id: number; name: string } | undefined> {
  return sql.get(`select id, name from users where id = ? and version = ? and disabled = 0 ${locking(sql, 'for share')}`, [id, version]);
}

async function giveToken(
  sql: SqlTransaction,
  name: string,
  user: { readonly id: number; readonly name: string },
  input: DeviceQuestion,
): Promise<DevicePoll> {
  const { secretHash, lifetimeMs, address, requestId, at } = input;
  const by: Agent = {
    actor: `user:${user.id}:${user.name}`,
    credential: 'device-code',
    address,
    requestId,
    reason: 'the user has let the device in',
    roles: [],
  };
  const expiresAt = at + lifetimeMs;
  const { id } = await createAccessToken(sql, { userId: user.id, name, secretHash, expiresAt, by, at });
  return { outcome: 'token', id, userName: user.name, expiresAt };
}
