import type { JWTPayload } from 'jose';
import type { Authenticated } from '../registry/ports/authenticator.ts';
import type { Principal } from '../registry/ports/authorizer.ts';
import type { Millis } from '../registry/ports/content-store.ts';
import type { SecretBox } from '../registry/ports/secret-box.ts';

const sealedFor = 'token of a cluster';

/** A token of a cluster that a registry token was given for: that is good for as long as the cluster takes the other. */
export interface BoundClusterToken {
  readonly kind: 'kubernetes';
  readonly cluster: string;
  readonly token: string;
}

interface BoundClusterTokensOptions {
  readonly box: SecretBox;
  /** Undefined when the cluster no longer takes it, or is no longer configured. Rejects (503) when the cluster cannot be asked. */
  readonly verifyAgain: (cluster: string, token: string) => Promise<Authenticated | undefined>;
}

/** Binds registry tokens to tokens of clusters: these go along, sealed, so that every replica can ask the cluster about them again. */
export class BoundClusterTokens {
  readonly #options: BoundClusterTokensOptions;

  constructor(options: BoundClusterTokensOptions) {
    this.#options = options;
  }

  /** The claims for whoever a cluster knows, and until when it may be good; undefined for anybody else. */
  claimsOf({ subject, proof }: Principal): { subject: string; claims: JWTPayload; until: Millis } | undefined {
    if (subject.kind !== 'kubernetes' || proof === undefined || !('clusterToken' in proof)) return undefined;
    const src = this.#options.box.seal(sealedFor, proof.clusterToken);
    return { subject: `kubernetes:${subject.cluster}`, claims: { src }, until: proof.expiresAt };
  }

  /** Reads the claims of a verified token back; undefined when they are of another form. */
  boundOf({ sub, src }: { sub: string; src?: unknown }): BoundClusterToken | undefined {
    const [, cluster] = /^kubernetes:([a-z0-9-]+)$/.exec(sub) ?? [];
    if (cluster === undefined || typeof src !== 'string') return undefined;
    return { kind: 'kubernetes', cluster, token: this.#options.box.open(sealedFor, src) };
  }

  /** Who that is now, as the cluster says; undefined when it is no longer good. */
  find({ cluster, token }: BoundClusterToken): Promise<Authenticated | undefined> {
    return this.#options.verifyAgain(cluster, token);
  }
}
