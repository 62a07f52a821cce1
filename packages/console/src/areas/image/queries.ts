import type { components } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

export type PromotionPlan = components['schemas']['PromotionPlan'];
export type Promotion = components['schemas']['Promotion'];

export type Referrer = components['schemas']['ReferrerTree']['referrers'][number];

/** Whether a reference is a digest, and no tag. */
export const isDigest = (reference: string) => reference.includes(':');

/** The manifest that a reference names now, with what surrounds it. */
export function imageQuery(repository: string, reference: string) {
  return queryOptions({
    queryKey: ['image', repository, reference],
    queryFn: async ({ signal }) => {
      const digest = isDigest(reference) ? reference : await digestOf(repository, reference, signal);
      const params = { path: { repository, digest } };
      const { data } = await api.GET('/api/v1/repositories/{repository}/manifests/{digest}', { params, signal });
      if (data === undefined) throw new TypeError('an answer without a body');
      return data;
    },
  });
}

async function digestOf(repository: string, tag: string, signal: AbortSignal): Promise<string> {
  const { data } = await api.GET('/api/v1/repositories/{repository}/tags/{tag}', { params: { path: { repository, tag } }, signal });
  if (data === undefined) throw new TypeError('an answer without a body');
  return data.digest;
}

/** Where the images of a project go on to, and what is asked of what comes. */
export function promotionPolicyQuery(project: string) {
  return queryOptions({
    queryKey: ['promotion-policy', project],
    queryFn: async ({ signal }) => (await api.GET('/api/v1/projects/{project}/promotion', { params: { path: { project } }, signal })).data,
  });
}

/** What is promoted where. */
export interface WantedPromotion {
  readonly from: { readonly repository: string; readonly tag?: string; readonly digest?: string };
  readonly to: { readonly repository: string; readonly tag: string };
}

/** What a promotion would do now. */
export function promotionPlanQuery(wanted: WantedPromotion) {
  return queryOptions({
    queryKey: ['promotion-plan', wanted],
    staleTime: 0,
    retry: false,
    queryFn: async ({ signal }) =>
      (await api.POST('/api/v1/promotions', { body: { ...wanted, dryRun: true }, signal })).data as PromotionPlan,
  });
}

/** The last promotions out of a repository. */
export function promotionsFromQuery(repository: string) {
  return queryOptions({
    queryKey: ['promotions-from', repository],
    queryFn: async ({ signal }) =>
      (await api.GET('/api/v1/promotions', { params: { query: { source: repository, limit: 10 } }, signal })).data,
  });
}

/** What refers to a manifest, and to that. */
export function referrersQuery(repository: string, digest: string) {
  return queryOptions({
    queryKey: ['referrers', repository, digest],
    queryFn: async ({ signal }) => {
      const params = { path: { repository, digest } };
      return (await api.GET('/api/v1/repositories/{repository}/manifests/{digest}/referrers', { params, signal })).data;
    },
  });
}
