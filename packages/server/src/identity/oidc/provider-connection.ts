import { readFile } from 'node:fs/promises';
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { ProviderAway, providerFetch } from './provider-fetch.ts';

const goodForMs = 60 * 60 * 1000;
/** Whoever fails at a login, which anybody can, makes us ask no more often. */
const askEveryMs = 10_000;
/** Who could not be asked is not asked again before. */
const restMs = 1000;
const skewSeconds = 60;

/** What a provider says of itself (OpenID Connect Discovery 1.0), asked for when it is first needed and then hourly. */
export class ProviderConnection {
  readonly #settings: OidcSettings;
  readonly #elapsed: () => Millis;
  #known: { readonly configuration: Promise<Configuration>; readonly askedAt: Millis; until: Millis } | undefined;

  /** `elapsed`: a clock that never goes back. */
  constructor(settings: OidcSettings, elapsed: () => Millis) {
    this.#settings = settings;
    this.#elapsed = elapsed;
  }

  /** Rejects with `ProviderAway`, also for files that cannot be read. */
  configuration(): Promise<Configuration> {
    const askedAt = this.#elapsed();
    if (this.#known !== undefined && askedAt < this.#known.until) return this.#known.configuration;
    const known = { configuration: this.#discover(), askedAt, until: askedAt + goodForMs };
    this.#known = known;
    known.configuration.catch(() => {
      known.until = this.#elapsed() + restMs;
    });
    return known.configuration;
  }

  /** Asks again next time, unless that was done a moment ago: keys, addresses or the client's secret may have changed. */
  forget(): void {
    const known = this.#known;
    if (known !== undefined) known.until = Math.min(known.until, known.askedAt + askEveryMs);
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecretFile, authorities, endpoints, timeoutMs } = this.#settings;
    const secret = clientSecretFile === undefined ? undefined : await readSecret(clientSecretFile);
    const { protocol, origin } = new URL(issuer);
    const isPlain = protocol === 'http:';
    const plainOrigin = isPlain ? origin : undefined;
    const fetch = providerFetch({ authorities: await read(authorities), plainOrigin, timeoutMs, endpoints });
    const first = await discovery(new URL(issuer), clientId, undefined, None(), {
      [customFetch]: fetch,
      execute: isPlain ? [allowInsecureRequests] : [],
    });
    const server = first.serverMetadata();
    const metadata = { [clockTolerance]: skewSeconds };
    const configuration = new Configuration(
      server,
      clientId,
      metadata,
      authenticationOf(server.token_endpoint_auth_methods_supported, secret),
    );
    configuration[customFetch] = fetch;
    if (isPlain) allowInsecureRequests(configuration);
    // The signature of the ID token too, not only the connection that it came by.
    enableNonRepudiationChecks(configuration);
    return configuration;
  }
}

/** What a provider takes that does not say so is the former (OpenID Connect Discovery 1.0, section 3). */
function authenticationOf(methods: readonly string[] = ['client_secret_basic'], secret: string | undefined): ClientAuth {
  if (secret === undefined) return None();
  return methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

async function readSecret(path: string): Promise<string> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    if (secret !== '') return secret;
    throw new Error('it is empty');
  } catch (error) {
    throw new ProviderAway(`the file of the client's secret cannot be used: ${String(error)}`, { cause: error });
  }
}

async function read(authorities: OidcSettings['authorities']): Promise<readonly string[]> {
  try {
    return await authorities();
  } catch (error) {
    throw new ProviderAway(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
