import type { AuditEntry } from '../../registry/ports/audit-store.ts';
import { shownEntry } from './audit-format.ts';

/** What a value may be long, so that a message always fits into a datagram. */
const mostValue = 512;
const mostDetail = 8000;
const notice = 5;
const informational = 6;

/** Where messages come from, and under which facility. */
export interface SyslogOrigin {
  readonly host: string;
  readonly facility: number;
}

/**
 * An entry as a syslog message (RFC 5424): what was refused is a notice, the rest informational. Its fields are structured data, its detail is
 * the text, as JSON; both are cut where they are very long.
 */
export function toSyslogMessage(entry: AuditEntry, { host, facility }: SyslogOrigin): string {
  const { at, action, resource, detail, count, ...texts } = shownEntry(entry);
  const severity = entry.outcome === 'denied' ? notice : informational;
  const fields = { ...texts, action, resourceKind: resource.kind, resource: resource.name, count: String(count) };
  const params = Object.entries(fields).map(([name, value]) => `${name}="${paramValue(value)}"`);
  const header = [`<${facility * 8 + severity}>1`, at, headerText(host, 255), 'longshore', '-', headerText(action, 32)];
  // 32473 is the number of no enterprise (RFC 5612): there is none to name.
  return `${header.join(' ')} [audit@32473 ${params.join(' ')}] ${JSON.stringify(detail).slice(0, mostDetail).toWellFormed()}`;
}

/** Section 6.3.3; no value begins another line. */
function paramValue(value: string): string {
  const plain = value.slice(0, mostValue).toWellFormed();
  return plain.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\\]]/g, '\\$&');
}

/** Printable ASCII without spaces, or `-` for nothing (section 6). */
function headerText(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}
