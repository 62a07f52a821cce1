import { DialError } from '../../registry/ports/dialer.ts';
import type { DueDelivery, SettledAttempt, Webhook } from '../../registry/ports/webhook-store.ts';
import { cloudEventOf, cloudEventType } from './cloud-event.ts';
import { dockerNotificationOf, dockerNotificationType } from './docker-notification.ts';
import { askedWaitMs, givenUpAfterMs, isDelivered, type Result, retryDelayMs } from './retry-plan.ts';
import { signedHeaders } from './signature.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import { type WebhookSecrets, withoutSecrets } from './webhook-secrets.ts';

/** What is kept of a body. */
const keptBytes = 4096;
/** Read of an answer: a secret that begins in what is kept ends in this. */
const readBytes = 2 * keptBytes;

/** What came of one attempt: what is noted of it, and what it says of the receiver. */
export interface Sent {
  readonly attempt: SettledAttempt;
  /** The receiver wants nothing more, ever (410, as CloudEvents has it). */
  readonly isGone: boolean;
  /** The receiver wants to be left alone for so long. */
  readonly waitMs: number | undefined;
}

/** Sends one delivery and judges the answer. Rejects only when `signal` aborts: then nothing is known. */
export async function sendDelivery(
  webhook: Webhook,
  secrets: WebhookSecrets | { readonly unusable: string },
  delivery: DueDelivery,
  deps: Pick<WebhookDeps, 'dialer' | 'clock' | 'source' | 'timeoutMs'>,
  signal: AbortSignal,
): Promise<Sent> {
  const at = deps.clock();
  const startedAt = performance.now();
  const body = bodyOf(webhook, delivery, deps.source);
  const result: Result =
    'unusable' in secrets
      ? { problem: 'unsent', message: secrets.unusable }
      : await post(webhook, secrets, { id: delivery.eventKey, atSeconds: Math.floor(at / 1000), body }, deps, signal);
  const answer = 'answer' in result ? result.answer : undefined;
  const waitMs = answer && askedWaitMs(answer, deps.clock());
  const masked = (text: string) => textOf('unusable' in secrets ? text : withoutSecrets(text, secrets));
  const attempt: SettledAttempt = {
    deliveryId: delivery.id,
    at,
    durationMs: Math.round(performance.now() - startedAt),
    status: answer?.status,
    request: textOf(body.toString()),
    answer: answer && masked(Buffer.from(answer.body).toString()),
    error: 'answer' in result ? errorOf(result.answer.status) : masked(result.message),
    ...outcomeOf(result, delivery, waitMs),
  };
  return { attempt, isGone: answer?.status === 410, waitMs };
}

function bodyOf(webhook: Webhook, { event, eventKey }: DueDelivery, source: string): Buffer {
  const content = webhook.format === 'docker' ? dockerNotificationOf(event, eventKey, source) : cloudEventOf(event, eventKey, source);
  return Buffer.from(JSON.stringify(content));
}

async function post(
  { url, format }: Webhook,
  { secret, previousSecret, headers }: WebhookSecrets,
  message: { id: string; atSeconds: number; body: Buffer },
  { dialer, timeoutMs }: Pick<WebhookDeps, 'dialer' | 'timeoutMs'>,
  signal: AbortSignal,
): Promise<Result> {
  const keys = [secret, previousSecret].filter((key) => key !== undefined);
  const own = {
    'content-type': format === 'docker' ? dockerNotificationType : cloudEventType,
    'user-agent': 'longshore',
    ...signedHeaders(message, keys),
  };
  try {
    const request = { method: 'POST', url, headers: { ...headers, ...own }, body: message.body, timeoutMs } as const;
    return { answer: await dialer.send({ ...request, mostAnswerBytes: readBytes, signal }) };
  } catch (error) {
    if (error instanceof DialError) return { problem: error.problem, message: error.message };
    throw error;
  }
}

function outcomeOf(result: Result, { ageMs, attempts }: DueDelivery, waitMs = 0): Pick<SettledAttempt, 'outcome' | 'delayMs'> {
  if (isDelivered(result)) return { outcome: 'delivered', delayMs: 0 };
  if (ageMs >= givenUpAfterMs) return { outcome: 'failed', delayMs: 0 };
  return { outcome: 'retry', delayMs: Math.max(retryDelayMs(attempts + 1), waitMs) };
}

function errorOf(status: number): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400)
    return 'The receiver answered with a redirect, which is not followed: set its final address as the url.';
  return `The receiver answered ${status}: it must answer 2xx.`;
}

/** As much as is kept, without what a database does not take as text. */
function textOf(text: string): string {
  return Buffer.from(text.slice(0, keptBytes)).subarray(0, keptBytes).toString().replaceAll('\0', '\uFFFD');
}
