import { notFound } from '../../management/problems.ts';
import type { Parameters } from '../../management/route.ts';
import type { Action, Resource } from '../../registry/ports/authorizer.ts';
import type { Webhook, WebhookOwner } from '../../registry/ports/webhook-store.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Values of a path's parameters, as the schemas have let them through. */
export type PathValues = Readonly<Record<string, unknown>>;

/** Whose webhooks a group of operations is about. */
export interface WebhookScope {
  /** In the names of operations: `listWebhooks`, `listProjectWebhooks`. */
  readonly noun: string;
  readonly path: string;
  readonly params: Parameters;
  readonly needs: { readonly action: Action; readonly on: (params: PathValues) => Resource };
  /** Throws `not-found`. */
  readonly owner: (params: PathValues) => Promise<WebhookOwner>;
}

/** The webhook that a path names, through its owner. */
export async function webhookOf(scope: WebhookScope, params: PathValues, { store }: WebhookDeps): Promise<Webhook> {
  const found = await store.findWebhook(await scope.owner(params), Number(params['webhook']));
  if (found === undefined) throw notFound('webhook');
  return found;
}
