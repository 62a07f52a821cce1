import { isIP } from 'node:net';

/** Whether `text` is an IP address or a range in CIDR form: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. */
export function isNetworkRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
