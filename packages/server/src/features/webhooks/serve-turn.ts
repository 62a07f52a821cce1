import { systemAgent } from '../../registry/ports/agent.ts';
import type { Webhook } from '../../registry/ports/webhook-store.ts';
import { restMs } from './retry-plan.ts';
import { type Sent, sendDelivery } from './send-delivery.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { openSecrets, type WebhookSecrets } from './webhook-secrets.ts';

/** Requests to one receiver at once; to one that failed last time it is one. */
const together = 4;

const agent = systemAgent('webhooks');

/**
 * Sends what is due of one webhook, up to a few deliveries, and gives the turn back with what came of them. When `signal` aborts the turn is
 * given back as it was: what a receiver got meanwhile comes again, with the same id.
 */
export async function serveTurn(
  turn: { readonly webhookId: number; readonly failures: number },
  deps: WebhookDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store, claimant, logger } = deps;
  const { webhookId, failures } = turn;
  const webhook = await store.findAnyWebhook(webhookId);
  if (webhook === undefined) return;
  const due = await store.listDue(webhookId, failures > 0 ? 1 : together);
  const secrets = secretsOf(webhook, deps);
  let sent: Sent[] = [];
  try {
    sent = await Promise.all(due.map((delivery) => sendDelivery(webhook, secrets, delivery, deps, signal)));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const attempts = sent.map(({ attempt }) => attempt);
  const isFailing = attempts.length > 0 && attempts.every(({ outcome }) => outcome !== 'delivered');
  const asked = Math.max(0, ...sent.map(({ waitMs = 0 }) => waitMs));
  const rest = Math.max(isFailing ? restMs(failures + 1) : 0, asked);
  const settled = await store.settleTurn({ webhookId, claimant, attempts, restMs: rest });
  if (settled === undefined) return;
  for (const { outcome } of attempts) deps.counted(outcome);
  const isGivenUp = attempts.some(({ outcome }) => outcome === 'failed');
  const reason = reasonToDisable(sent, isGivenUp ? settled.failingMs : 0, deps.disableAfterMs);
  if (reason !== undefined && (await store.disableWebhook({ id: webhookId, reason, by: agent, at: deps.clock() }))) {
    logger.warn('A webhook was disabled.', { webhook: webhookId, name: webhook.name, reason });
  }
}

/** That one event was given up only counts when nothing else came through for long: an hour of trouble a week is no reason. */
function reasonToDisable(sent: readonly Sent[], failingMs: number, disableAfterMs: number): string | undefined {
  if (sent.some(({ isGone }) => isGone)) return 'The receiver answered 410: it wants nothing more.';
  if (failingMs < disableAfterMs) return undefined;
  return `Every delivery has failed for ${Math.floor(failingMs / (24 * 60 * 60_000))} days.`;
}

function secretsOf(webhook: Webhook, { secrets, clock, logger }: WebhookDeps): WebhookSecrets | { readonly unusable: string } {
  try {
    const opened = openSecrets(secrets, webhook);
    const isOver = (webhook.previousSecretUntil ?? 0) <= clock();
    return isOver ? { ...opened, previousSecret: undefined } : opened;
  } catch (error) {
    logger.warn('The secrets of a webhook cannot be opened.', { webhook: webhook.id, error });
    return { unusable: 'Its secret cannot be opened with the key of this installation: set secret and headers again.' };
  }
}
