/** What one check found. `fix` says what to do, where something is wrong. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  readonly fix?: string;
}

/** A check that found nothing wrong. */
export function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found };
}

/** A check that found what keeps the registry from being used. */
export function failed(check: string, found: string, fix: string): Finding {
  return { check, state: 'failed', found, fix };
}

/** A check that found what may yet become a problem. */
export function warning(check: string, found: string, fix: string): Finding {
  return { check, state: 'warning', found, fix };
}
