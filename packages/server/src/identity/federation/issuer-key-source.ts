import { readFile, stat } from 'node:fs/promises';
import type { EndpointRule } from '../../registry/ports/endpoint-rule.ts';
import { fetchJson } from './fetch-json.ts';

const mostBytes = 256 * 1024;
const mostKeys = 100;
const timeoutMs = 3000;
const hourMs = 60 * 60 * 1000;

/** A public key as it was published; nothing of it is checked. */
export type PublishedKey = Readonly<Record<string, unknown>>;

/** Where the keys of an issuer are read. */
export interface IssuerKeySource {
  /** Rejects, in words that say where the keys are expected, when they cannot be had now; within seconds. */
  read(): Promise<readonly PublishedKey[]>;
  /** How long what was read is taken without being read again. */
  readonly freshMs: number;
}

/** The file that holds the keys, for sites that reach no issuer. */
export function keysInFile(path: string): IssuerKeySource {
  return {
    freshMs: 10_000,
    read: async () => {
      const { size } = await stat(path);
      if (size > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes`);
      return keysOf(JSON.parse(await readFile(path, 'utf8')), path);
    },
  };
}

/**
 * The keys that the issuer publishes (OpenID Connect Discovery 1.0 section 4): its configuration must name the very issuer, and the keys must
 * come over https, or from this host when the issuer is there, and from nowhere that `endpoints` refuses.
 */
export function publishedKeys(issuer: string, authorities: readonly string[], endpoints: EndpointRule): IssuerKeySource {
  const options = { authorities, timeoutMs, mostBytes, endpoints };
  return {
    freshMs: hourMs,
    read: async () => {
      const configuration = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      const { issuer: named, jwks_uri: address } = objectOf(await fetchJson(configuration, options));
      if (named !== issuer) throw new Error(`${configuration.href} is the configuration of another issuer`);
      const url = typeof address === 'string' ? URL.parse(address) : null;
      const isAllowed = url !== null && (url.protocol === 'https:' || url.origin === configuration.origin);
      if (!isAllowed) throw new Error(`${configuration.href} names no address of keys (jwks_uri) that could be trusted`);
      return keysOf(await fetchJson(url, options), url.href);
    },
  };
}

function keysOf(document: unknown, where: string): readonly PublishedKey[] {
  const { keys } = objectOf(document);
  if (!Array.isArray(keys) || keys.length > mostKeys) throw new Error(`${where} is no JSON Web Key Set of at most ${mostKeys} keys`);
  return keys.map(objectOf);
}

function objectOf(value: unknown): PublishedKey {
  return typeof value === 'object' && value !== null ? (value as PublishedKey) : {};
}
