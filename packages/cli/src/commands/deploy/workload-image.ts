import type { WorkloadImage } from '@longshore/deploy';
import { UsageError } from '../../command.ts';
import { readImagePage } from '../../images/image-page.ts';
import type { ImageTarget } from '../../images/image-target.ts';

/**
 * An image as it is deployed: an index by its own digest, described by the first of its platforms. `registry`: host by which nodes reach it.
 * Throws a UsageError for what does not run, such as a chart or a signature.
 */
export async function workloadImage(target: ImageTarget, registry: string): Promise<WorkloadImage> {
  const page = await readImagePage(target, undefined);
  // What builders add to an index beside images (attestations) is for a platform that is none.
  const all = page.kind === 'index' ? page.platforms.map(({ platform }) => platform) : [page.platform];
  const platforms = all.flatMap((one) => (one === undefined || one.startsWith('unknown/') ? [] : [one]));
  if (page.kind === 'artifact' || (page.kind === 'index' && platforms.length === 0))
    throw new UsageError('this is no image that could run');
  const { config } = page.kind === 'index' ? await readImagePage(target, platforms[0]) : page;
  return {
    repository: `${registry}/${target.name}`,
    digest: page.digest,
    // What was named by its digest alone has no tag worth a note.
    ...(target.digest === undefined && { tag: target.tag ?? 'latest' }),
    platforms: platforms.map((text) => {
      const [os = '', architecture = ''] = text.split('/');
      return { os, architecture };
    }),
    user: config?.user ?? '',
    ports: config?.exposedPorts ?? [],
    volumes: config?.volumes ?? [],
    ...(config?.healthCheck !== undefined && { healthCheck: config.healthCheck }),
  };
}
