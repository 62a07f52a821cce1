/** What the audit log is searched by; as the API names it. */
export interface AuditSearch {
  readonly actor?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: 'allowed' | 'denied';
  /** Instants (ISO 8601). */
  readonly from?: string;
  readonly to?: string;
}

/** Reads it from the address of the page. What is none is left out. */
export function auditSearch({ actor, action, resource, outcome, from, to }: Record<string, unknown>): AuditSearch {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const instant = (value: unknown) => (Number.isNaN(Date.parse(text(value) ?? '')) ? undefined : text(value));
  const found = { actor: text(actor), action: text(action), resource: text(resource), from: instant(from), to: instant(to) };
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    ...(outcome === 'allowed' || outcome === 'denied' ? { outcome } : {}),
  };
}
