import type { RepositoryName } from '@longshore/oci';
import type { RegistryClient } from '@longshore/oci/client';

/** A repository of a registry, from which or to which is copied. */
export interface Place {
  readonly client: RegistryClient;
  readonly name: RepositoryName;
}
