import type { components } from '@longshore/api-client';
import type { WorkloadImage } from '@longshore/deploy';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

type Image = components['schemas']['Image'];

/** What the assistant begins with. */
export interface DeployableImage {
  /** Its repository is without the registry. */
  readonly image: WorkloadImage;
  /** `NAME=value`, as the image sets them. */
  readonly environment: readonly string[];
}

/** An image as it is to be deployed: an index by its own digest, described by the first of its platforms. null: it is no image. */
export function useDeployableImage(repository: string, reference: string): UseQueryResult<DeployableImage | null> {
  return useQuery({
    queryKey: ['repositories', repository, 'images', reference, 'to-deploy'],
    queryFn: async () => {
      const found = await imageAt(repository, reference);
      const [platform] = platformsOf(found);
      if (found.kind === 'artifact' || (found.kind === 'index' && platform === undefined)) return null;
      const described = found.kind === 'index' ? await imageAt(repository, reference, platform) : found;
      return { image: workloadImage(repository, reference, found, described), environment: described.config?.environment ?? [] };
    },
  });
}

async function imageAt(repository: string, reference: string, platform?: string): Promise<Image> {
  const params = { path: { repository, reference }, query: platform === undefined ? {} : { platform } };
  const { data } = await api.GET('/api/v1/repositories/{repository}/images/{reference}', { params });
  if (data === undefined) throw new TypeError('the answer has no body');
  return data;
}

/** What builders add to an index beside images (attestations) is for a platform that is none. */
function platformsOf({ kind, platform, platforms }: Image): readonly string[] {
  const all = kind === 'index' ? platforms.map((one) => one.platform) : [platform];
  return all.flatMap((one) => (one === undefined || one.startsWith('unknown/') ? [] : [one]));
}

function workloadImage(repository: string, reference: string, found: Image, { config }: Image): WorkloadImage {
  return {
    repository,
    digest: found.digest,
    ...(!reference.includes(':') && { tag: reference }),
    platforms: platformsOf(found).map((text) => {
      const [os = '', architecture = ''] = text.split('/');
      return { os, architecture };
    }),
    user: config?.user ?? '',
    ports: config?.exposedPorts ?? [],
    volumes: config?.volumes ?? [],
    ...(config?.healthCheck !== undefined && { healthCheck: config.healthCheck }),
  };
}
