import type { RepositoryName } from '@longshore/oci';
import type { FinishedUpload } from '../../registry/registry.ts';
import type { HeaderList } from '../answer.ts';
import type { V2Deps } from './exchange.ts';

/** A warning that goes along with the answer to a push, when its project is near a limit (distribution spec, "Warnings"). */
export async function quotaHeaders(name: RepositoryName, { isNearQuota }: FinishedUpload, { registry }: V2Deps): Promise<HeaderList> {
  const warning = isNearQuota ? await registry.quotaWarning(name) : undefined;
  return warning === undefined ? [] : ['Warning', `299 - "${warning}"`];
}
