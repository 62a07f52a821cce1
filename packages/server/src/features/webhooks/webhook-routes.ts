import Type from 'typebox';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound, stale } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Resource } from '../../registry/ports/authorizer.ts';
import { mostWebhooks } from '../../registry/ports/webhook-store.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { changedSettings, newSettings } from './webhook-change.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { newWebhook, paths, showWebhook, webhook, webhookChange } from './webhook-schemas.ts';
import { type PathValues, type WebhookScope, webhookOf } from './webhook-scope.ts';

/** Deliveries that one transaction removes. */
const deliveriesAtOnce = 500;

/** The operations on webhooks of projects, and on those of the registry. */
export function webhookRoutes(deps: WebhookDeps): Route[] {
  return scopesOf(deps).flatMap((scope) => [
    ...collectionRoutes(scope, deps),
    ...webhookRoutesOf(scope, deps),
    ...deliveryRoutes(scope, deps),
  ]);
}

function scopesOf({ store }: WebhookDeps): WebhookScope[] {
  const projectOwner = async ({ project }: PathValues): Promise<number> => {
    const found = await store.findWebhookProject(String(project));
    if (found === undefined) throw notFound('project');
    return found;
  };
  const onProject = ({ project }: PathValues): Resource => ({ kind: 'project', name: String(project) });
  const params = { project: paths.project };
  const project = {
    noun: 'ProjectWebhook',
    path: '/projects/{project}/webhooks',
    params,
    needs: { action: 'configure', on: onProject },
  } as const;
  const needs = { action: 'administer', on: (): Resource => ({ kind: 'registry' }) } as const;
  const registry = { noun: 'Webhook', path: '/webhooks', params: {}, needs, owner: async () => undefined };
  return [{ ...project, owner: projectOwner }, registry];
}

function collectionRoutes(scope: WebhookScope, deps: WebhookDeps): Route[] {
  const { store, clock } = deps;
  const { noun, path, params, needs } = scope;
  const all = { path, params, tag: 'webhooks', needs };
  const whose = params['project'] === undefined ? 'the registry' : 'a project';
  return [
    defineRoute({
      ...all,
      method: 'GET',
      operationId: `list${noun}s`,
      summary: `The webhooks of ${whose}`,
      query: { ...pageQuery },
      responses: { 200: listOf(webhook) },
      handle: async (request) => {
        const { limit, after } = pageOf(request, Type.Integer());
        const page = await store.listWebhooks(await scope.owner(request.params), { after: after ?? 0, limit });
        return listed(request, page, ({ id }) => id, showWebhook);
      },
    }),
    defineRoute({
      ...all,
      method: 'POST',
      operationId: `create${noun}`,
      summary: `Tell a receiver of events of ${whose}`,
      body: newWebhook,
      problems: ['conflict'],
      responses: { 201: webhook },
      handle: async ({ params: values, body, by }) => {
        const owner = await scope.owner(values);
        const made = await store.createWebhook({ owner, settings: newSettings(body, deps), by, at: clock() });
        if (made === 'absent') throw notFound('project');
        if (made === 'too-many')
          throw new ApiError('conflict', { detail: `There are ${mostWebhooks} webhooks, the most that may be: delete one.` });
        return {
          status: 201,
          body: showWebhook(made),
          version: made.version,
          location: `/api/v1${path.replace('{project}', String(values['project']))}/${made.id}`,
        };
      },
    }),
  ];
}

function webhookRoutesOf(scope: WebhookScope, deps: WebhookDeps): Route[] {
  const { store, clock } = deps;
  const { noun, path, params, needs } = scope;
  const one = { path: `${path}/{webhook}`, params: { ...params, webhook: paths.id }, tag: 'webhooks', needs };
  return [
    defineRoute({
      ...one,
      method: 'GET',
      operationId: `get${noun}`,
      summary: 'A webhook, without its secrets',
      responses: { 200: webhook },
      handle: async ({ params: values }) => {
        const found = await webhookOf(scope, values, deps);
        return { status: 200, body: showWebhook(found), version: found.version };
      },
    }),
    defineRoute({
      ...one,
      method: 'PATCH',
      operationId: `update${noun}`,
      summary: 'Change a webhook; another host needs its secrets again',
      ifMatch: 'required',
      problems: ['conflict'],
      body: webhookChange,
      responses: { 200: webhook },
      handle: async ({ params: values, body, by, ifMatch }) => {
        const known = await webhookOf(scope, values, deps);
        if (ifMatch !== undefined && ifMatch !== known.version) throw stale();
        const { id, version, projectId: owner } = known;
        const changed = await store.updateWebhook({ owner, id, version, settings: changedSettings(known, body, deps), by, at: clock() });
        if (changed === 'stale') throw stale();
        if (changed === undefined) throw notFound('webhook');
        return { status: 200, body: showWebhook(changed), version: changed.version };
      },
    }),
    defineRoute({
      ...one,
      method: 'DELETE',
      operationId: `delete${noun}`,
      summary: 'Remove a webhook with everything on its way to it',
      responses: { 204: null },
      handle: async ({ params: values, by }) => {
        const { id, projectId: owner } = await webhookOf(scope, values, deps);
        // What is left for the last transaction then holds up no push.
        while ((await store.emptyWebhook({ id, limit: deliveriesAtOnce })) === deliveriesAtOnce);
        if (!(await store.deleteWebhook({ owner, id, by, at: clock() }))) throw notFound('webhook');
        return { status: 204 };
      },
    }),
  ];
}
