import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Surroundings } from '../../command.ts';
import type { StoredCredential } from '../../connection/docker-config.ts';
import { printable } from '../../output/readable-value.ts';

/** What the registry says when a device asks to be let in (RFC 8628 section 3.2). */
interface DeviceStart {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly expires_in: number;
  readonly interval?: number;
}

interface DevicePoll {
  readonly access_token?: string;
  readonly username?: string;
  readonly error?: string;
  readonly error_description?: string;
}

/** Lets this machine in by somebody with a browser (RFC 8628); resolves to the name and an access token of the registry. */
export async function deviceLogin(
  url: string,
  { fetch, output, terminal }: Pick<Surroundings, 'fetch' | 'output' | 'terminal'>,
): Promise<StoredCredential> {
  const started = (await post(new URL('auth/device', url), { client_id: `longshore on ${hostname()}`.slice(0, 100) }, fetch)) as
    | DeviceStart
    | DevicePoll;
  if (!('device_code' in started)) throw new Error(`${url} lets no device in: ${printable(describe(started))}`);
  output.err(`Open ${printable(started.verification_uri)} in a browser and type the code ${printable(started.user_code)}`);
  output.err(`Waiting for somebody to let this machine in (${Math.round(started.expires_in / 60)} minutes at most)...`);
  let interval = started.interval ?? 5;
  for (let left = started.expires_in; left > 0; left -= interval) {
    await pause(interval * 1000, undefined, { signal: terminal.interruption() });
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: started.device_code };
    const answer = (await post(new URL('auth/token', url), form, fetch)) as DevicePoll;
    if (answer.access_token !== undefined) return { name: answer.username ?? 'token', password: answer.access_token };
    if (answer.error === 'slow_down') interval += 5;
    else if (answer.error !== 'authorization_pending') throw new Error(`this machine was not let in: ${printable(describe(answer))}`);
  }
  throw new Error('nobody let this machine in before the code was over: begin anew');
}

function describe({ error, error_description }: DevicePoll): string {
  return error_description ?? error ?? 'it does not say why';
}

async function post(url: URL, form: Readonly<Record<string, string>>, fetch: typeof globalThis.fetch): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form), redirect: 'error' });
  if (response.headers.get('content-type')?.startsWith('application/json') !== true) {
    await response.body?.cancel();
    return { error: `status ${response.status}` };
  }
  return response.json();
}
