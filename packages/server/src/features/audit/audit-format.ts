import type { AuditEntry } from '../../registry/ports/audit-store.ts';

/** An entry as the API, exports, and receivers of forwarded entries see it. */
export function shownEntry(entry: AuditEntry) {
  const { id, at, actor, credential, address, requestId, action, resource, outcome, reason, count, detail } = entry;
  return {
    id: String(id),
    at: new Date(at).toISOString(),
    actor,
    credential,
    ...(address !== undefined && { address }),
    ...(requestId !== undefined && { requestId }),
    action,
    resource: { kind: resource.kind, name: resource.name },
    outcome,
    reason,
    count,
    detail,
  };
}

/** One line of JSON lines. */
function toJsonLine(entry: AuditEntry): string {
  return `${JSON.stringify(shownEntry(entry))}\n`;
}

const csvHeader = 'id,at,actor,credential,address,requestId,action,resourceKind,resource,outcome,reason,count,detail\r\n';

function toCsvLine(entry: AuditEntry): string {
  const { resource, detail, ...shown } = shownEntry(entry);
  const cells = [
    shown.id,
    shown.at,
    shown.actor,
    shown.credential,
    shown.address ?? '',
    shown.requestId ?? '',
    shown.action,
    resource.kind,
    resource.name,
    shown.outcome,
    shown.reason,
    String(shown.count),
    JSON.stringify(detail),
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A cell in quotes; spreadsheets take no formula from it, since what could begin one has an apostrophe before it (harbor#23677). */
export function csvCell(text: string): string {
  const harmless = /^\s*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** The formats of an export. */
export const exportFormats = {
  jsonl: { contentType: 'application/jsonl', description: 'One entry a line.', head: '', line: toJsonLine },
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    description: 'RFC 4180, one entry a line.',
    head: csvHeader,
    line: toCsvLine,
  },
};

/** The name of a format. */
export type ExportFormat = keyof typeof exportFormats;
