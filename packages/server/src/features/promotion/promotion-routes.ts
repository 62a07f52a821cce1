import Type, { type Static } from 'typebox';
import { digest, formatInstant, id, projectName, repositoryName, tagName } from '../../management/names.ts';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import { isToldActors, namesToldActors } from '../../management/told-actors.ts';
import type { Authorizer, Principal } from '../../registry/ports/authorizer.ts';
import type { NewPromotion, Promotion, PromotionFilter } from '../../registry/ports/promotion-store.ts';
import type { Quotas } from '../../registry/quotas.ts';
import { allowed } from './allowed.ts';
import { planOf, promotionRefusal, restoreRefusal, undoRefusal } from './answers.ts';
import { type PromotionDeps, promoteImage } from './promote-image.ts';
import { promotion, promotionDetails, promotionPlan } from './schemas.ts';

/** What the routes need besides. */
export interface PromotionRouteDeps extends PromotionDeps {
  readonly authorizer: Authorizer;
  readonly quotas: Quotas;
}

const mostLate = 100;
const closed = { additionalProperties: false } as const;
const tag = 'promotions';

const newPromotion = Type.Object(
  {
    from: Type.Object({ repository: repositoryName, tag: Type.Optional(tagName), digest: Type.Optional(digest) }, closed),
    to: Type.Object({ repository: repositoryName, tag: Type.Optional(tagName) }, closed),
    dryRun: Type.Optional(Type.Boolean({ description: 'Find out everything, and change nothing.' })),
  },
  closed,
);
const filters = {
  project: Type.Optional(projectName),
  repository: Type.Optional(repositoryName),
  source: Type.Optional(repositoryName),
};

/** `/promotions`, and the restoring of a tag. */
export function promotionRoutes(deps: PromotionRouteDeps): Route[] {
  return [createRoute(deps), listRoute(deps), getRoute(deps), undoRoute(deps), restoreRoute(deps)];
}

function createRoute(deps: PromotionRouteDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/promotions',
    operationId: 'createPromotion',
    summary: 'Promote an image with everything that belongs to it; needs pull on the source and promote on the target',
    tag,
    body: newPromotion,
    needs: 'signed-in',
    responses: { 200: promotionPlan, 201: promotion },
    problems: ['forbidden', 'not-found', 'conflict', 'too-large'],
    handle: async (request) => {
      const { from, to, dryRun = false } = request.body;
      let { by } = request;
      const authorize = async () => {
        const { project } = await allowed(deps.authorizer, request, 'pull', from.repository);
        by = await allowed(deps.authorizer, request, 'promote', to.repository);
        return { by, project };
      };
      const reference = referenceOf(from);
      const target = to.tag ?? from.tag;
      if (target === undefined) throw fault('/to/tag', 'is missing: a promotion by digest needs it');
      const wanted = {
        from: { repository: from.repository, reference },
        to: { repository: to.repository, tag: target },
        dryRun,
        authorize,
      };
      const answer = await promoteImage(deps, wanted);
      if (dryRun || answer.outcome === 'planned') return { status: 200, body: planOf(answer) };
      if (answer.outcome === 'quota-exceeded') throw await deps.quotas.refuse(answer.excess, by);
      if (answer.outcome !== 'promoted') throw promotionRefusal(answer);
      const made = await deps.promotions.findPromotion(answer.id, { kind: 'everything' });
      if (made === undefined) throw notFound('target repository: it was deleted just now');
      return { status: 201, body: show(made, true), location: `/api/v1/promotions/${made.id}` };
    },
  });
}

function listRoute({ promotions, authorizer }: PromotionRouteDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/promotions',
    operationId: 'listPromotions',
    summary: 'Promotions into a project or repository, or out of a source repository, newest first',
    tag,
    query: { ...pageQuery, ...filters },
    needs: 'signed-in',
    responses: { 200: listOf(promotion) },
    handle: async (request) => {
      const { limit, after } = pageOf(request, Type.Integer());
      const filter = filterOf(request.query);
      if (!(await mayListSource(authorizer, request.principal, filter))) return { status: 200, body: { items: [] } };
      const visible = await authorizer.visible(request.principal, 'list');
      const page = await promotions.listPromotions(filter, { target: visible, source: visible }, { limit, before: after });
      const targets = page.items.map(({ to }) => ({ kind: 'repository', name: to.repository }) as const);
      const told = await namesToldActors(authorizer, request.principal, targets);
      return listed(
        request,
        page,
        (item) => item.id,
        (item) => show(item, told.has(item.to.repository)),
      );
    },
  });
}

function getRoute(deps: PromotionRouteDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/promotions/{promotion}',
    operationId: 'getPromotion',
    summary: 'One promotion, with its tags and what has come to its source since',
    tag,
    params: { promotion: id },
    needs: 'signed-in',
    responses: { 200: promotionDetails },
    problems: ['not-found'],
    handle: async ({ params, principal }) => {
      const found = await visiblePromotion(deps, principal, Number(params.promotion));
      const [tags, late] = await Promise.all([
        deps.promotions.listPromotedTags(found.id),
        // What is in a source that is hidden from him is not told by what is promoted from it.
        found.from.repository === undefined ? [] : deps.promotions.listLateReferrers(found.id, mostLate),
      ]);
      const lateReferrers = late.map(({ digest: which, artifactType, at }) => ({
        digest: which,
        ...(artifactType !== undefined && { artifactType }),
        at: formatInstant(at),
      }));
      const changed = tags.map(({ tag: name, from, to }) => ({ tag: name, ...(from !== undefined && { from }), to }));
      const isTold = await isToldActors(deps.authorizer, principal, { kind: 'repository', name: found.to.repository });
      return { status: 200, body: { ...show(found, isTold), tags: changed, lateReferrers } };
    },
  });
}

function undoRoute(deps: PromotionRouteDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/promotions/{promotion}/undo',
    operationId: 'undoPromotion',
    summary: 'Point the tags of a promotion at what they pointed at before; needs promote on the target',
    tag,
    params: { promotion: id },
    needs: 'signed-in',
    responses: {
      200: Type.Object({
        undone: Type.Array(tagName),
        left: Type.Array(tagName, { description: 'Changed since, so left alone.' }),
      }),
    },
    problems: ['forbidden', 'not-found', 'conflict'],
    handle: async (request) => {
      const found = await visiblePromotion(deps, request.principal, Number(request.params.promotion));
      const by = await allowed(deps.authorizer, request, 'promote', found.to.repository);
      const outcome = await deps.promotions.undoPromotion({ id: found.id, by, at: deps.clock() });
      if (outcome.outcome !== 'undone') throw undoRefusal(outcome);
      return { status: 200, body: { undone: [...outcome.tags], left: [...outcome.left] } };
    },
  });
}

function restoreRoute({ promotions, quotas, clock }: PromotionRouteDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/repositories/{repository}/tags/{tag}/restore',
    operationId: 'restoreTag',
    summary: 'Point a tag at a digest of its history',
    tag: 'tags',
    params: { repository: repositoryName, tag: tagName },
    body: Type.Object({ digest }, closed),
    needs: { action: 'update', on: ({ repository: name }) => ({ kind: 'repository', name }) },
    responses: { 200: Type.Object({ digest, previousDigest: Type.Optional(digest) }) },
    problems: ['conflict'],
    handle: async ({ params, body, by }) => {
      const answer = await promotions.restoreTag({ ...params, digest: body.digest, by, at: clock() });
      if (answer.outcome === 'quota-exceeded') throw await quotas.refuse(answer.excess, by);
      if (answer.outcome !== 'restored') throw restoreRefusal(answer);
      return { status: 200, body: { digest: body.digest, ...(answer.previous !== undefined && { previousDigest: answer.previous }) } };
    },
  });
}

function referenceOf(from: Static<typeof newPromotion>['from']): NewPromotion['from']['reference'] {
  if (from.tag !== undefined && from.digest === undefined) return { tag: from.tag };
  if (from.digest !== undefined && from.tag === undefined) return { digest: from.digest };
  throw fault('/from', 'must have one of tag and digest');
}

/** A promotion is there for whoever may list its target; of its source only as much as he may list there. */
async function visiblePromotion({ promotions, authorizer }: PromotionRouteDeps, principal: Principal, which: number): Promise<Promotion> {
  const found = await promotions.findPromotion(which, await authorizer.visible(principal, 'list'));
  const resource = found && ({ kind: 'repository', name: found.to.repository } as const);
  if (resource === undefined || !(await authorizer.decide(principal, 'list', resource)).allow) throw notFound('promotion of that id');
  return found as Promotion;
}

/** Of what came from a repository only he is told who may list there: that anything did says that it is there. */
async function mayListSource(authorizer: Authorizer, principal: Principal, filter: PromotionFilter): Promise<boolean> {
  return !('source' in filter) || (await authorizer.decide(principal, 'list', { kind: 'repository', name: filter.source })).allow;
}

function filterOf({ project, repository, source }: Partial<Record<keyof typeof filters, string>>): PromotionFilter {
  const given = Object.entries({ project, repository, source }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) throw fault('/query', 'must have exactly one of project, repository and source');
  return Object.fromEntries(given) as PromotionFilter;
}

function show(
  { id: number, at, by, from, to, previous, undoUntil, undone, ...rest }: Promotion,
  isTold: boolean,
): Static<typeof promotion> {
  return {
    id: String(number),
    at: formatInstant(at),
    ...(isTold && { by }),
    from: { ...(from.repository !== undefined && { repository: from.repository }), ...(from.tag !== undefined && { tag: from.tag }) },
    to,
    ...rest,
    ...(previous !== undefined && { previousDigest: previous }),
    undoUntil: formatInstant(undoUntil),
    state: undone === undefined ? 'done' : 'undone',
    ...(undone !== undefined && { undoneAt: formatInstant(undone.at), ...(isTold && { undoneBy: undone.by }) }),
  };
}

function fault(pointer: string, detail: string): ApiError {
  return new ApiError('invalid-request', { detail: `${pointer}: ${detail}.`, faults: [{ pointer, detail }] });
}
