import { RegistryError } from '../../registry/registry-error.ts';
import type { ClusterConnection } from './cluster-connection.ts';
import { fieldOf } from './json-shape.ts';

/** The `iss` of a cluster's tokens: as it is configured, or as the cluster says (OpenID Connect discovery), once and for all. */
export class ClusterIssuer {
  readonly #connection: ClusterConnection;
  #known: string | undefined;
  #learning: Promise<string> | undefined;

  constructor(connection: ClusterConnection, configured: string | undefined) {
    this.#connection = connection;
    this.#known = configured;
  }

  /** Undefined until it was learnt. */
  get known(): string | undefined {
    return this.#known;
  }

  /** Asks unless it is known. Rejects as `ClusterConnection.read` does. */
  async learn(): Promise<string> {
    if (this.#known !== undefined) return this.#known;
    this.#learning ??= this.#ask();
    try {
      return await this.#learning;
    } finally {
      this.#learning = undefined;
    }
  }

  async #ask(): Promise<string> {
    const issuer = fieldOf(await this.#connection.read('/.well-known/openid-configuration'), 'issuer');
    if (typeof issuer !== 'string' || issuer === '')
      throw new RegistryError('UNAVAILABLE', { cause: new Error('the discovery document of the cluster names no issuer') });
    this.#known = issuer;
    return issuer;
  }
}
