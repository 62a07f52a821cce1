import type { Millis } from '../../registry/ports/content-store.ts';
import type { Logger } from '../../registry/ports/logger.ts';
import { AccessReviews } from './access-reviews.ts';
import { type ClusterAddress, ClusterConnection } from './cluster-connection.ts';
import { ClusterIssuer } from './cluster-issuer.ts';
import { namespaceByRule } from './namespace-rule.ts';
import { TokenReviews } from './token-reviews.ts';

/** A cluster as it is configured. */
export interface ClusterSettings {
  readonly address: ClusterAddress;
  /** Undefined: it is asked. */
  readonly issuer: string | undefined;
  readonly audience: string;
  /** Whether it decides what those whom it knows may do. */
  readonly authorize: boolean;
  /** As `namespaceByRule` takes it. */
  readonly projects: string;
}

/** One cluster. */
export interface Cluster {
  readonly name: string;
  readonly audience: string;
  readonly issuer: ClusterIssuer;
  readonly tokens: TokenReviews;
  readonly reviews: AccessReviews;
  namespaceOf(project: string): string | undefined;
}

interface ClusterTools {
  readonly logger: Logger;
  /** The time of day. */
  readonly now: () => Millis;
  /** A clock that never goes back. */
  readonly elapsed: () => Millis;
}

/** Asks nothing yet. */
export function createCluster(settings: ClusterSettings, { logger, now, elapsed }: ClusterTools): Cluster {
  const { address, audience, authorize, projects } = settings;
  const connection = new ClusterConnection({ address, logger, elapsed });
  return {
    name: address.name,
    audience,
    issuer: new ClusterIssuer(connection, settings.issuer),
    tokens: new TokenReviews({ cluster: address.name, connection, audience, now, elapsed }),
    reviews: new AccessReviews({ connection, elapsed }),
    namespaceOf: (project) => (authorize ? namespaceByRule(projects, project) : undefined),
  };
}
