import type { SecureVersion } from 'node:tls';
import type { CertificateStore } from '../../../registry/ports/certificate-store.ts';
import type { LeaseStore } from '../../../registry/ports/lease-store.ts';
import type { Logger } from '../../../registry/ports/logger.ts';
import type { SecretBox } from '../../../registry/ports/secret-box.ts';
import type { ChallengeDoor } from './challenge-door.ts';

/** What gets a certificate, and for whom. */
export interface AcmeOptions {
  readonly store: CertificateStore & LeaseStore;
  readonly secrets: SecretBox;
  readonly logger: Logger;
  readonly now: () => number;
  /** Unique to this process among all that share the metadata. */
  readonly holder: string;
  /** Address of the authority's directory, https. */
  readonly directory: string;
  readonly email: string | undefined;
  /** DNS names, `*.NAME`, addresses. */
  readonly names: readonly string[];
  /** One of those that the authority offers. */
  readonly profile: string | undefined;
  readonly door: ChallengeDoor;
  /** PEM certificates, one of which must have signed for the authority's own server. */
  readonly authorities: readonly string[];
  readonly userAgent: string;
  readonly minVersion: SecureVersion;
  /** Between looks at what other replicas have got. */
  readonly pollMs: number;
  /** When a process dies while it asks for a certificate, another goes on so much later. */
  readonly leaseMs: number;
  /** Told of each attempt. */
  readonly attempted: (outcome: 'issued' | 'failed') => void;
}
