/** What is looked at, in this order. */
export type CheckName =
  | 'DNS'
  | 'TCP'
  | 'proxy'
  | 'TLS'
  | 'registry'
  | 'clock'
  | 'token service'
  | 'login'
  | 'size of layers'
  | 'length of tokens'
  | 'rate limit';

/** What one check found, in English. `fix` says what to do, where something is wrong. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  readonly fix?: string;
}

/** Nothing is wrong. */
export function ok(found: string): Finding {
  return { state: 'ok', found };
}

/** Something keeps the registry from being used. */
export function failed(found: string, fix: string): Finding {
  return { state: 'failed', found, fix };
}

/** Something may yet become a problem. */
export function warning(found: string, fix: string): Finding {
  return { state: 'warning', found, fix };
}

/** It could not be looked at, or there is nothing to look at. */
export function skipped(found: string): Finding {
  return { state: 'skipped', found };
}
