import { isIP } from 'node:net';

/** Where to listen; `host: undefined` is every interface. Port 0 lets the system choose one. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

const hostNamePattern = /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i;

/** Reads `host:port`, `[IPv6]:port`, or `:port` (every interface); undefined when it is none of these. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/i.exec(text);
  if (match?.groups === undefined) return undefined;
  const { ipv6, host, port } = match.groups;
  const number = Number(port);
  if (number > 65_535) return undefined;
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? { host: ipv6, port: number } : undefined;
  if (host === undefined || host === '') return { host: undefined, port: number };
  return isIP(host) === 4 || (hostNamePattern.test(host) && !/^[\d.]+$/.test(host)) ? { host, port: number } : undefined;
}
