import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { ShownCertificate } from '../registry/ports/shown-certificate.ts';
import { addressList, holdsAddress } from './address-ranges.ts';

/** What is known of the connection of a request. */
interface Seen {
  readonly peer: string;
  readonly secure: boolean;
  readonly certificate?: (() => ShownCertificate) | undefined;
}

/** Who is asking, and how they reached us, behind the proxies that the configuration trusts. */
export interface Origin {
  /** The client's address. */
  readonly address: string;
  /** `https://registry.example:5000`, as the client sees us; no trailing slash. */
  readonly baseUrl: string;
  /** `registry.example:5000`. */
  readonly host: string;
  /** Whether a proxy that the configuration trusts handed the request over: its headers are the proxy's word. */
  readonly viaTrustedProxy: boolean;
  /** What the client itself has shown; undefined behind a proxy, whose certificate is its own, and for what a page of another site asks for. */
  readonly certificate?: ShownCertificate | undefined;
}

const hostPattern = /^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?$/;

/**
 * Reads X-Forwarded-For, -Proto and -Host, but only as far as trusted hops vouch for them: the header's entries are
 * taken from the right while the hop before is trusted.
 */
export class Origins {
  readonly #trusted: BlockList | undefined;
  readonly #publicUrl: URL | undefined;

  constructor(trustedProxies: readonly string[], publicUrl: string | undefined) {
    this.#trusted = trustedProxies.length === 0 ? undefined : addressList(trustedProxies);
    this.#publicUrl = publicUrl === undefined ? undefined : new URL(publicUrl);
  }

  /** Who sends this request, over a connection from `peer`; `secure`: it is encrypted. Scheme and host are only worked out when asked for. */
  of(request: IncomingMessage, connection: Seen): Origin {
    const { peer } = connection;
    const trusted = this.#isTrusted(peer);
    return new RequestOrigin(request, trusted ? this.#forwardedFor(request, peer) : peer, trusted, connection, this.#publicUrl);
  }

  /** Whether this is the address of a proxy that the configuration trusts. */
  isTrustedProxy(address: string): boolean {
    return this.#isTrusted(plainAddress(address));
  }

  #forwardedFor(request: IncomingMessage, peer: string): string {
    const hops = [request.headers['x-forwarded-for']]
      .flat()
      .join(',')
      .split(',')
      .map((hop) => plainAddress(withoutPort(hop.trim())));
    let address = peer;
    for (const hop of hops.toReversed()) {
      if (isIP(hop) === 0) break;
      address = hop;
      if (!this.#isTrusted(hop)) break;
    }
    return address;
  }

  #isTrusted(address: string): boolean {
    if (this.#trusted === undefined) return false;
    return holdsAddress(this.#trusted, address);
  }
}

/** Not one object literal with getters: every request makes one of these, and such literals are made property by property. */
class RequestOrigin implements Origin {
  readonly address: string;
  readonly viaTrustedProxy: boolean;
  readonly #request: IncomingMessage;
  readonly #connection: Seen;
  readonly #publicUrl: URL | undefined;

  constructor(request: IncomingMessage, address: string, trusted: boolean, connection: Seen, publicUrl: URL | undefined) {
    this.address = address;
    this.#request = request;
    this.viaTrustedProxy = trusted;
    this.#connection = connection;
    this.#publicUrl = publicUrl;
  }

  get baseUrl(): string {
    if (this.#publicUrl !== undefined) return this.#publicUrl.origin;
    const forwarded = this.viaTrustedProxy ? lastOf(this.#request.headers['x-forwarded-proto']) : undefined;
    const scheme = forwarded === 'https' || forwarded === 'http' ? forwarded : this.#connection.secure ? 'https' : 'http';
    return `${scheme}://${this.host}`;
  }

  get certificate(): ShownCertificate | undefined {
    const { certificate } = this.#connection;
    if (certificate === undefined || this.viaTrustedProxy || this.#isOfOtherSite()) return undefined;
    return certificate();
  }

  get host(): string {
    if (this.#publicUrl !== undefined) return this.#publicUrl.host;
    const { headers } = this.#request;
    const forwarded = this.viaTrustedProxy ? lastOf(headers['x-forwarded-host']) : undefined;
    // HTTP/2 names the host in a header of its own, beside which Host does not count (RFC 9113 section 8.3.1).
    const named = forwarded ?? [headers[':authority']].flat()[0] ?? headers.host ?? '';
    return hostPattern.test(named) ? named : 'localhost';
  }

  /** Browsers show a certificate whoever's page asks, so that it alone proves no intention. */
  #isOfOtherSite(): boolean {
    const { origin, 'sec-fetch-site': site = 'none' } = this.#request.headers;
    return (origin !== undefined && origin !== this.baseUrl) || (site !== 'none' && site !== 'same-origin');
  }
}

/** Some proxies tell the port too; an IPv6 address is in brackets then. */
function withoutPort(hop: string): string {
  const [, version6, version4] = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/.exec(hop) ?? [];
  return version6 ?? version4 ?? hop;
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return [header].flat().join(',').split(',').at(-1)?.trim() || undefined;
}

/** An address as it is compared and logged: IPv4 clients of a dual-stack listener come as ::ffff:a.b.c.d. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}
