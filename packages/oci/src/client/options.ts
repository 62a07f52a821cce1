/** How to log in: a password, an identity (refresh) token for the OAuth2 grant, or a ready-made bearer token. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string }
  | { readonly identityToken: string }
  | { readonly registryToken: string };

/** What this client asks of a fetch function; the global one fits. Redirects are always followed by the client. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  redirect: 'manual';
  body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  duplex?: 'half';
  signal?: AbortSignal;
}

/** A fetch function: the place for timeouts, proxies, TLS settings and rules on which addresses may be reached. */
export type RegistryFetch = (url: string, init: FetchInit) => Promise<Response>;

/** What a registry client needs to know. */
export interface RegistryClientOptions {
  /** Scheme, host and optional path before `/v2/`, such as `https://registry.example`. */
  readonly baseUrl: string;
  readonly fetch: RegistryFetch;
  readonly credentials?: RegistryCredentials;
  /**
   * Hosts (with port, where it is not the default) besides the registry's own whose token service may be given the
   * credentials; for Docker Hub that is `auth.docker.io`. Any other gets anonymous requests only.
   */
  readonly trustedRealmHosts?: readonly string[];
  /** Largest manifest accepted, in bytes; 8 MiB unless given. */
  readonly maxManifestBytes?: number;
  /** The clock, in milliseconds; for the age of tokens. */
  readonly nowMs?: () => number;
}

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}
