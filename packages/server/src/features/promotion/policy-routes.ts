import Type, { type Static } from 'typebox';
import { projectName } from '../../management/names.ts';
import { notFound, stale } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Authorizer } from '../../registry/ports/authorizer.ts';
import type { PromotionPolicy, PromotionStore } from '../../registry/ports/promotion-store.ts';
import { roleName } from './schemas.ts';

const yearMinutes = 366 * 24 * 60;
const artifactType = Type.String({ minLength: 1, maxLength: 255, examples: ['application/vnd.dev.cosign.artifact.sig.v1+json'] });

const terms = {
  fromChainOnly: Type.Boolean({ description: 'Only from a project whose `promotesTo` is this one.' }),
  minimumAgeMinutes: Type.Integer({
    minimum: 0,
    maximum: yearMinutes,
    description: 'How long the tag has pointed at the image in its source; of a promotion by digest, how long the image has been there.',
  }),
  requiredReferrers: Type.Array(artifactType, {
    maxItems: 20,
    description: 'artifactTypes of which there must be a referrer. That it is there is looked at, not what it says nor who signed it.',
  }),
  roles: Type.Array(roleName, {
    maxItems: 20,
    description:
      'One of which the promoter must have on the target, besides the right to promote. With none listed, every such promoter may. Administrators need none.',
  }),
};
const newTerms = Type.Object(terms, { additionalProperties: false });
const policy = Type.Object(
  {
    environment: Type.Optional(Type.String({ examples: ['prod'] })),
    promotesTo: Type.Optional(Type.String({ description: 'The next project of the chain.' })),
    promotedFrom: Type.Array(Type.String(), { description: 'Projects that have this one next, those that you may see; 20 at most.' }),
    ...terms,
    version: Type.Integer({ description: '0: never set.' }),
  },
  { $id: 'PromotionPolicy' },
);
const params = { project: projectName };
const project = ({ project: name }: { project: string }) => ({ kind: 'project', name }) as const;
const tag = 'promotions';

/** `/projects/{project}/promotion`. */
export function policyRoutes(promotions: PromotionStore, authorizer: Authorizer, clock: () => number): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/projects/{project}/promotion',
      operationId: 'getPromotionPolicy',
      summary: 'What a project asks of what is promoted into it, and where it stands in its chain',
      tag,
      params,
      needs: { action: 'list', on: project },
      responses: { 200: policy },
      handle: async ({ params: { project: name }, principal }) =>
        answerOf(await promotions.findPromotionPolicy(name, await authorizer.visible(principal, 'list'))),
    }),
    defineRoute({
      method: 'PUT',
      path: '/projects/{project}/promotion',
      operationId: 'setPromotionPolicy',
      summary: 'Set what a project asks of what is promoted into it',
      tag,
      params,
      body: newTerms,
      ifMatch: 'required',
      needs: { action: 'configure', on: project },
      responses: { 200: policy },
      handle: async ({ params: { project: name }, body, by, ifMatch, principal }) => {
        const { minimumAgeMinutes, ...rest } = body;
        const version = ifMatch ?? (await promotions.findPromotionPolicy(name))?.version ?? 0;
        const wanted = { ...rest, minimumAgeMs: minimumAgeMinutes * 60_000 };
        const outcome = await promotions.setPromotionPolicy({ project: name, version, terms: wanted, by, at: clock() });
        if (outcome === 'absent') throw notFound('project of that name');
        if (outcome === 'stale') throw stale();
        return answerOf(await promotions.findPromotionPolicy(name, await authorizer.visible(principal, 'list')));
      },
    }),
  ];
}

function answerOf(found: PromotionPolicy | undefined): { status: 200; body: Static<typeof policy>; version: number } {
  if (found === undefined) throw notFound('project of that name');
  const { environment, promotesTo, promotedFrom, fromChainOnly, minimumAgeMs, requiredReferrers, roles, version } = found;
  const body = {
    ...(environment !== undefined && { environment }),
    ...(promotesTo !== undefined && { promotesTo }),
    promotedFrom: [...promotedFrom],
    fromChainOnly,
    minimumAgeMinutes: minimumAgeMs / 60_000,
    requiredReferrers: [...requiredReferrers],
    roles: [...roles],
    version,
  };
  return { status: 200, body, version };
}
