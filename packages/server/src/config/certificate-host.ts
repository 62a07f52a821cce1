import { isIP } from 'node:net';

const namePattern = /^(?:\*\.)?(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)$/i;

/** Whether a certificate can be for it: `registry.example`, `*.registry.example`, `10.1.2.3`, `fd00::1`; no port, no zone. */
export function isCertificateHost(text: string): boolean {
  if (isIP(text) !== 0) return !text.includes('%');
  return text.length <= 253 && namePattern.test(text) && !/^[\d.]+$/.test(text);
}
