import type { Digest, RepositoryName } from '@longshore/oci';
import type { ContentStore, Listed, Page, Referrer } from './ports/content-store.ts';

/** Read at once: each may carry annotations as large as a manifest may be. */
const batchSize = 16;
/** Annotations of one page, beyond which it ends early. One referrer is always given, however large. */
const mostCharacters = 4 * 1024 * 1024;

/**
 * One page of the manifests that name `subject`, sorted by digest. It ends at `page.limit`, or where its annotations would
 * make the answer too large for the server to hold: annotations belong to whoever pushes, and add up over referrers.
 */
export async function listReferrers(
  content: Pick<ContentStore, 'listReferrers'>,
  query: { repository: RepositoryName; subject: Digest; artifactType: string | undefined; page: Page },
): Promise<Listed<Referrer>> {
  const { repository, subject, artifactType, page } = query;
  const items: Referrer[] = [];
  let characters = 0;
  for (let after = page.after; ; after = items.at(-1)?.digest) {
    const limit = Math.min(batchSize, page.limit - items.length);
    const listed = await content.listReferrers(repository, subject, artifactType, { limit, after });
    // Most lists are one short batch, and given on as the object that it is.
    if (
      items.length === 0 &&
      !listed.more &&
      listed.items.reduce((sum, { annotations }) => sum + lengthOf(annotations ?? {}), 0) <= mostCharacters
    )
      return listed;
    for (const referrer of listed.items) {
      characters += lengthOf(referrer.annotations ?? {});
      if (characters > mostCharacters && items.length > 0) return { items, more: true };
      items.push(referrer);
    }
    if (!listed.more || items.length >= page.limit) return { items, more: listed.more };
  }
}

function lengthOf(annotations: Readonly<Record<string, string>>): number {
  return Object.entries(annotations).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}
