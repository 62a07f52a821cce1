import { randomUUID } from 'node:crypto';
import Type from 'typebox';
import { listed, listOf, pageOf, pageQuery } from '../../management/paging.ts';
import { ApiError, notFound } from '../../management/problems.ts';
import { defineRoute, type Route } from '../../management/route.ts';
import type { Delivery, KeptEvent } from '../../registry/ports/webhook-store.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { delivery, loggedDelivery, paths, showDelivery, showLogged, stateFilter } from './webhook-schemas.ts';
import { type PathValues, type WebhookScope, webhookOf } from './webhook-scope.ts';

const disabled = () => new ApiError('conflict', { detail: 'The webhook is disabled: enable it first.' });

/** The operations on what is, or was, on its way to a webhook. */
export function deliveryRoutes(scope: WebhookScope, deps: WebhookDeps): Route[] {
  return [...logRoutes(scope, deps), ...sendRoutes(scope, deps)];
}

function logRoutes(scope: WebhookScope, deps: WebhookDeps): Route[] {
  const { noun, path, params, needs } = scope;
  const ofWebhook = { params: { ...params, webhook: paths.id }, tag: 'webhooks', needs };
  const ofDelivery = { params: { ...ofWebhook.params, delivery: paths.id }, tag: 'webhooks', needs };
  return [
    defineRoute({
      ...ofWebhook,
      method: 'GET',
      path: `${path}/{webhook}/deliveries`,
      operationId: `list${noun}Deliveries`,
      summary: 'What is or was on its way to a webhook, the newest first',
      query: { ...pageQuery, state: stateFilter },
      responses: { 200: listOf(delivery) },
      handle: async (request) => {
        const { id } = await webhookOf(scope, request.params, deps);
        const { limit, after: before } = pageOf(request, Type.Integer());
        const page = await deps.store.listDeliveries(id, { state: request.query.state, before, limit });
        return listed(request, page, (item) => item.id, showDelivery);
      },
    }),
    defineRoute({
      ...ofDelivery,
      method: 'GET',
      path: `${path}/{webhook}/deliveries/{delivery}`,
      operationId: `get${noun}Delivery`,
      summary: 'A delivery with the log of its attempts',
      responses: { 200: loggedDelivery },
      handle: async ({ params: values }) => {
        const found = await deliveryOf(scope, values, deps);
        return { status: 200, body: showLogged(found.delivery, found.attempts) };
      },
    }),
  ];
}

function sendRoutes(scope: WebhookScope, deps: WebhookDeps): Route[] {
  const { noun, path, params, needs } = scope;
  const ofWebhook = { params: { ...params, webhook: paths.id }, tag: 'webhooks', needs };
  const ofDelivery = { params: { ...ofWebhook.params, delivery: paths.id }, tag: 'webhooks', needs };
  return [
    defineRoute({
      ...ofDelivery,
      method: 'POST',
      path: `${path}/{webhook}/deliveries/{delivery}/replay`,
      operationId: `replay${noun}Delivery`,
      summary: 'Deliver the same event once more',
      problems: ['conflict'],
      responses: { 202: delivery },
      handle: async ({ params: values, by }) => {
        const { eventKey, event, webhookId, id } = (await deliveryOf(scope, values, deps)).delivery;
        const made = await deps.store.addDelivery({ webhookId, eventKey, event, replayOf: id, by, at: deps.clock() });
        return accepted(made);
      },
    }),
    defineRoute({
      ...ofWebhook,
      method: 'POST',
      path: `${path}/{webhook}/test`,
      operationId: `test${noun}`,
      summary: 'Deliver a ping',
      problems: ['conflict'],
      responses: { 202: delivery },
      handle: async ({ params: values, by }) => {
        const { id: webhookId, name, projectId } = await webhookOf(scope, values, deps);
        const at = deps.clock();
        const facts = { projectId, repository: undefined, digest: undefined, tag: undefined };
        const event: KeptEvent = { ...facts, type: 'ping', at, actor: by.actor, data: { webhook: String(webhookId), name } };
        const made = await deps.store.addDelivery({ webhookId, eventKey: `ping-${randomUUID()}`, event, replayOf: undefined, by, at });
        return accepted(made);
      },
    }),
  ];
}

function accepted(made: Delivery | undefined) {
  if (made === undefined) throw disabled();
  return { status: 202 as const, body: showDelivery(made) };
}

async function deliveryOf(scope: WebhookScope, params: PathValues, deps: WebhookDeps) {
  const { id } = await webhookOf(scope, params, deps);
  const found = await deps.store.findDelivery(id, Number(params['delivery']));
  if (found === undefined) throw notFound('delivery');
  return found;
}
