import Type, { type Static } from 'typebox';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Principal } from '../../registry/ports/authorizer.ts';
import type { Comparison } from '../../registry/ports/comparison-store.ts';
import type { ComparedFile, TextPlace } from '../../registry/ports/image-comparer.ts';
import * as bodies from './comparison-bodies.ts';
import type { ComparisonDeps } from './comparison-deps.ts';
import { type ComparedSide, comparisonId, sidesOf } from './comparison-id.ts';
import { findFile, listFiles } from './listed-files.ts';
import { layerOf } from './open-parts.ts';
import { findParts, resolveImage } from './resolve-image.ts';
import type { ComparisonInput } from './run-comparison.ts';

const tag = 'comparisons';
const path = '/comparisons/{comparison}';
const params = { comparison: Type.String({ pattern: '^[A-Za-z0-9_-]{1,1200}$' }) };
const filePath = Type.String({ minLength: 1, maxLength: 4096 });

/** `/comparisons`. */
export function comparisonRoutes(deps: ComparisonDeps): Route[] {
  return [createRoute(deps), getRoute(deps), cancelRoute(deps), filesRoute(deps), textRoute(deps)];
}

function createRoute(deps: ComparisonDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/comparisons',
    operationId: 'createComparison',
    summary: 'Compare what two images unpack to, how they are configured and what is installed; needs pull on both repositories',
    tag,
    body: bodies.newComparison,
    needs: 'signed-in',
    responses: { 200: bodies.comparison, 202: bodies.comparison },
    problems: ['not-found', 'conflict', 'too-many-requests'],
    handle: async ({ body, principal, by }) => {
      await requirePull(deps, principal, body.from.repository);
      await requirePull(deps, principal, body.to.repository);
      const [from, to] = await Promise.all([resolveImage(deps.content, body.from), resolveImage(deps.content, body.to)]);
      const jobInput: ComparisonInput = { from: sideOf(from), to: sideOf(to) };
      const begun = await deps.comparisons.startComparison({ from: from.digest, to: to.digest, jobInput, by, at: deps.clock() });
      if (begun.outcome === 'too-many') {
        const detail = `You have ${begun.limit} comparisons under way already: wait for one, or cancel it.`;
        throw new ApiError('too-many-requests', { detail });
      }
      const id = comparisonId(from, to);
      const found = await requireKnown(deps, id);
      const location = `/api/v1/comparisons/${id}`;
      const isUnderWay = found.shown.state === 'queued' || found.shown.state === 'running';
      return { status: isUnderWay ? 202 : 200, body: found.shown, location };
    },
  });
}

function getRoute(deps: ComparisonDeps): Route {
  return defineRoute({
    method: 'GET',
    path,
    operationId: 'getComparison',
    summary: 'A comparison: how far it is, or what differs',
    tag,
    params,
    needs: 'signed-in',
    responses: { 200: bodies.comparison },
    problems: ['not-found'],
    handle: async ({ params: { comparison }, principal }) => {
      const { shown } = await requireVisible(deps, principal, comparison);
      return { status: 200, body: shown };
    },
  });
}

function cancelRoute(deps: ComparisonDeps): Route {
  return defineRoute({
    method: 'POST',
    path: `${path}/cancel`,
    operationId: 'cancelComparison',
    summary: 'End a comparison that you asked for',
    tag,
    params,
    needs: 'signed-in',
    responses: { 202: bodies.comparison },
    problems: ['not-found', 'forbidden', 'conflict'],
    handle: async ({ params: { comparison }, principal, by }) => {
      const { job } = (await requireVisible(deps, principal, comparison)).known;
      if (job === undefined) throw ended();
      if (job.requestedBy !== by.actor) {
        throw new ApiError('forbidden', {
          detail: 'Somebody else asked for it first: they may end it, or an administrator may end its job.',
        });
      }
      if ((await deps.jobs.cancelJob({ id: job.id, by, at: deps.clock() })) === 'ended') throw ended();
      return { status: 202, body: (await requireKnown(deps, comparison)).shown };
    },
  });
}

const ended = () => new ApiError('conflict', { detail: 'The comparison has ended: there is nothing to cancel.' });

function filesRoute(deps: ComparisonDeps): Route {
  return defineRoute({
    method: 'GET',
    path: `${path}/files`,
    operationId: 'listComparedFiles',
    summary: 'Paths that differ, in the order of their bytes',
    tag,
    params,
    query: {
      ...pageQuery,
      change: bodies.wantedChange,
      prefix: Type.Optional(
        Type.String({ maxLength: 4096, description: 'Only paths that begin so; with a slash at its end: what is below a directory.' }),
      ),
    },
    needs: 'signed-in',
    responses: { 200: listOf(bodies.comparedFile) },
    problems: ['not-found', 'conflict'],
    handle: async (request) => {
      const { known } = await requireDone(deps, request.principal, request.params.comparison);
      const { limit, after } = pageOf(request, Type.String());
      const { change, prefix } = request.query;
      const page = await listFiles(deps, known.id, { change, prefix }, { limit, after });
      return listed(request, page, (file) => file.path, bodies.showFile);
    },
  });
}

function textRoute(deps: ComparisonDeps): Route {
  return defineRoute({
    method: 'GET',
    path: `${path}/text`,
    operationId: 'compareText',
    summary: 'How the text of a file that differs does, as a unified diff; reads the layers that have it',
    tag,
    params,
    query: { path: filePath },
    needs: 'signed-in',
    responses: { 200: bodies.textDifference },
    problems: ['not-found', 'conflict'],
    handle: async ({ params: { comparison }, query, principal, signal }) => {
      const { known, from, to } = await requireDone(deps, principal, comparison);
      const file = await findFile(deps, known.id, query.path);
      if (file === undefined) throw notFound('path of that name that differs');
      const places = await Promise.all([placeOf(deps, from, query.path, file.from), placeOf(deps, to, query.path, file.to)]);
      const body: Static<typeof bodies.textDifference> = await deps.comparer.compareText(...places, signal);
      return { status: 200, body };
    },
  });
}

async function placeOf(
  deps: ComparisonDeps,
  side: ComparedSide,
  name: string,
  file: ComparedFile | undefined,
): Promise<TextPlace | undefined> {
  if (file === undefined) return undefined;
  const parts = await findParts(deps.content, side.repository, side.digest);
  const layer = parts?.layers[file.layer];
  if (file.kind !== 'file' || file.sha256 === undefined || layer === undefined) {
    throw new ApiError('conflict', { detail: 'On one of the sides it is no file: only files have text.' });
  }
  return { layer: layerOf(deps, side.repository, layer), path: file.path ?? name, sha256: file.sha256 };
}

const sideOf = ({ repository, digest }: ComparedSide): ComparedSide => ({ repository, digest });

interface Shown {
  readonly known: Comparison;
  readonly shown: Static<typeof bodies.comparison>;
  readonly from: ComparedSide;
  readonly to: ComparedSide;
}

/** Whoever asks may pull both images where the id says, and they are still there. */
async function requireVisible(deps: ComparisonDeps, principal: Principal, id: string): Promise<Shown> {
  const { from, to } = sidesOf(id);
  for (const { repository, digest } of [from, to]) {
    await requirePull(deps, principal, repository);
    if ((await deps.content.findManifestInfo(repository, { digest })) === undefined) throw notFound(`image '${digest}' in '${repository}'`);
  }
  return requireKnown(deps, id);
}

async function requireKnown(deps: ComparisonDeps, id: string): Promise<Shown> {
  const { from, to } = sidesOf(id);
  const known = await deps.comparisons.findComparison({ from: from.digest, to: to.digest });
  const shown = known && bodies.showComparison(id, from, to, known);
  if (known === undefined || shown === undefined) {
    throw new ApiError('not-found', { detail: 'Nothing is kept of this comparison, or not any more: compare the images again.' });
  }
  return { known, shown, from, to };
}

async function requireDone(deps: ComparisonDeps, principal: Principal, id: string): Promise<Shown> {
  const found = await requireVisible(deps, principal, id);
  if (found.shown.state !== 'done')
    throw new ApiError('conflict', { detail: 'There is no result: look at the comparison for how far it is.' });
  return found;
}

/** Refuses as the mount of the API does: what somebody may not list is not there. */
async function requirePull({ authorizer }: ComparisonDeps, principal: Principal, name: ComparedSide['repository']): Promise<void> {
  const resource = { kind: 'repository', name } as const;
  const { allow, reason } = await authorizer.decide(principal, 'pull', resource);
  if (allow) return;
  if (!(await authorizer.decide(principal, 'list', resource)).allow) throw notFound(`repository '${name}'`, { denied: true });
  throw new ApiError('forbidden', { detail: `You may not pull here: ${reason}.` });
}
