import { type ImageReference, parseImageReference } from '@longshore/oci';
import { createRegistryClient, type RegistryClient } from '@longshore/oci/client';
import { UsageError } from './command.ts';

/** A repository, perhaps with tag or digest, and a client of its registry. */
export interface Target {
  readonly client: RegistryClient;
  readonly reference: ImageReference;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}

/** The base URL of a registry given as URL or as host; a host on loopback is spoken to in plain HTTP, others in HTTPS. */
export function registryUrl(text: string): string {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`);
  if (url === null || url.hostname === '' || url.username !== '' || url.search + url.hash !== '') {
    throw new UsageError(`'${text}' is not the address of a registry, like https://registry.example or localhost:5000`);
  }
  if (!/^https?:/.test(text) && isLoopback(url.hostname)) url.protocol = 'http:';
  return url.href;
}

/** Takes `HOST/REPOSITORY[:TAG|@DIGEST]` apart, with `http://` before it for a registry without TLS. */
export function parseTarget(text: string, fetch: typeof globalThis.fetch): Target {
  const scheme = /^https?:\/\//.exec(text)?.[0] ?? '';
  const reference = parseImageReference(text.slice(scheme.length));
  if (reference?.registry === undefined) {
    throw new UsageError(`'${text}' is not HOST/REPOSITORY, like registry.example/team/app or localhost:5000/team/app:1.0`);
  }
  return { client: createRegistryClient({ baseUrl: registryUrl(scheme + reference.registry), fetch }), reference };
}
