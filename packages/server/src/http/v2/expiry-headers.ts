import type { RepositoryName } from '@longshore/oci';
import type { ManifestReference } from '../../registry/registry.ts';
import type { HeaderList } from '../answer.ts';
import type { V2Deps } from './exchange.ts';

/** A warning that goes along with the manifest of a temporary project, when it is pushed and when it is pulled (distribution spec, "Warnings"). */
export async function expiryHeaders(name: RepositoryName, reference: ManifestReference, { expiry }: V2Deps): Promise<HeaderList> {
  const notice = await expiry.notice(name, reference);
  return notice === undefined ? [] : ['Warning', `299 - "${notice}"`];
}
