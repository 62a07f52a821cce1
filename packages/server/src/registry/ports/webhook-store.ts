import type { Agent } from './agent.ts';
import type { Listed, Millis } from './content-store.ts';
import type { EventType, RegistryEvent } from './event-store.ts';

/** How a request tells of an event: CloudEvents 1.0 (structured, JSON), or the envelope of Docker's registry notifications. */
export const webhookFormats = ['cloudevents', 'docker'] as const;
export type WebhookFormat = (typeof webhookFormats)[number];

/** What a webhook hears of. */
export interface WebhookFilter {
  /** Empty: of every type. */
  readonly events: readonly EventType[];
  /** A glob over repository names (`team/*`, `team/**`); `**` is everything, also events of no repository. */
  readonly repositories: string;
  /** A glob over tags; `*` is everything, also events of no tag. */
  readonly tags: string;
  readonly format: WebhookFormat;
}

/** What can be changed of a webhook, and is not secret. */
export interface WebhookSettings extends WebhookFilter {
  readonly name: string;
  readonly url: string;
  /** Names of the headers that are sent along; their values are in `sealed`. */
  readonly headerNames: readonly string[];
  readonly hasSecret: boolean;
  /** Until then requests are signed with the key before as well. */
  readonly previousSecretUntil: Millis | undefined;
  /** Keys and header values, encrypted for the host of `url`; opaque here. */
  readonly sealed: string | undefined;
  readonly enabled: boolean;
}

export interface Webhook extends WebhookSettings {
  readonly id: number;
  /** Undefined: it hears of the whole registry. */
  readonly projectId: number | undefined;
  /** Why the registry disabled it; undefined when somebody else did, and while it is enabled. */
  readonly disabledReason: string | undefined;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: Millis;
  readonly createdBy: string;
  readonly updatedAt: Millis;
}

/** Whose webhooks: those of one project, or undefined for those of the registry. */
export type WebhookOwner = number | undefined;

/** Of one owner. Each event may have to be noted for all of them, in one transaction that everybody's pushes wait for. */
export const mostWebhooks = 100;

export const deliveryStates = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** An event as it is kept until it is delivered. */
export type KeptEvent = Omit<RegistryEvent, 'id' | 'attempts' | 'type'> & { readonly type: EventType | 'ping' };

/** One event on its way to one webhook. */
export interface Delivery {
  readonly id: number;
  readonly webhookId: number;
  /** Equal in every attempt, in replays, and for every webhook. */
  readonly eventKey: string;
  readonly event: KeptEvent;
  /** The delivery that this one repeats. */
  readonly replayOf: number | undefined;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly createdAt: Millis;
  /** When the next attempt is due; undefined when there will be none. */
  readonly nextAttemptAt: Millis | undefined;
  readonly finishedAt: Millis | undefined;
  /** What the last attempt was answered with. */
  readonly status: number | undefined;
}

/** One request, and what came of it. */
export interface Attempt {
  readonly at: Millis;
  readonly durationMs: number;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  /** The beginning of the body that was sent, and of the one that came; free of secrets. */
  readonly request: string;
  readonly answer: string | undefined;
  readonly error: string | undefined;
}

/** An attempt with what it means: delivered, given up, or to be tried again after `delayMs`. */
export interface SettledAttempt extends Attempt {
  readonly deliveryId: number;
  readonly outcome: 'delivered' | 'failed' | 'retry';
  readonly delayMs: number;
}

/** A delivery that is due, and for how long it has been there. */
export type DueDelivery = Delivery & { readonly ageMs: number };

/**
 * Webhooks and what is on its way to them. All times are of the one clock of whoever has the rows. A webhook is served in turns: whoever
 * claims a turn is the only one to send to it, and gives it back with what came of it.
 */
export interface WebhookStore {
  /** `absent`: the owner is gone. `too-many`: the owner has `mostWebhooks`. */
  createWebhook(input: { owner: WebhookOwner; settings: WebhookSettings; by: Agent; at: Millis }): Promise<Webhook | 'absent' | 'too-many'>;
  /** Replaces the settings. `stale`: the webhook has another version by now. Absent: undefined. */
  updateWebhook(input: {
    owner: WebhookOwner;
    id: number;
    version: number;
    settings: WebhookSettings;
    by: Agent;
    at: Millis;
  }): Promise<Webhook | 'stale' | undefined>;
  /** Removes up to `limit` deliveries of a webhook, the oldest first, and answers how many. */
  emptyWebhook(input: { id: number; limit: number }): Promise<number>;
  /** Removes the webhook with everything on its way to it, in one transaction: empty it before. False when there is none, or it is not the owner's. */
  deleteWebhook(input: { owner: WebhookOwner; id: number; by: Agent; at: Millis }): Promise<boolean>;
  /** The registry's own doing, with an event; false when it is disabled already. */
  disableWebhook(input: { id: number; reason: string; by: Agent; at: Millis }): Promise<boolean>;
  findWebhook(owner: WebhookOwner, id: number): Promise<Webhook | undefined>;
  /** By id, whoever's it is: for deliveries. */
  findAnyWebhook(id: number): Promise<Webhook | undefined>;
  /** The id by which a project owns webhooks; undefined when there is none of that name. */
  findWebhookProject(project: string): Promise<number | undefined>;
  /** In the order of their ids. */
  listWebhooks(owner: WebhookOwner, page: { after: number; limit: number }): Promise<Listed<Webhook>>;
  /** The enabled webhooks that events of a project may concern: its own and those of the registry. Undefined: events of no project. */
  findListening(projectId: number | undefined): Promise<readonly (WebhookFilter & { readonly id: number })[]>;

  /** Notes an event for these webhooks, once each however often it is called. */
  addDeliveries(input: { webhookIds: readonly number[]; eventKey: string; event: KeptEvent }): Promise<void>;
  /** Notes one more delivery; undefined when the webhook, or the delivery that is to be repeated, is gone. */
  addDelivery(input: {
    webhookId: number;
    eventKey: string;
    event: KeptEvent;
    replayOf: number | undefined;
    by: Agent;
    at: Millis;
  }): Promise<Delivery | undefined>;
  /** The newest first. `before`: only those of a smaller id. */
  listDeliveries(
    webhookId: number,
    query: { state: DeliveryState | undefined; before: number | undefined; limit: number },
  ): Promise<Listed<Delivery>>;
  /** With its attempts, the oldest first. */
  findDelivery(webhookId: number, id: number): Promise<{ delivery: Delivery; attempts: readonly Attempt[] } | undefined>;

  /** Whether any webhook has something due that nobody is sending. */
  hasDueWebhook(): Promise<boolean>;
  /** Up to `limit` webhooks, of those that failed last time no more than `mostFailing`, for `holdMs` at most. */
  claimTurns(input: {
    claimant: string;
    holdMs: number;
    limit: number;
    mostFailing: number;
  }): Promise<{ webhookId: number; failures: number }[]>;
  /** What is due of a webhook, the longest due first. */
  listDue(webhookId: number, limit: number): Promise<DueDelivery[]>;
  /**
   * Gives a turn back, with what was tried in it. `restMs`: nothing is due before. Answers for how long every attempt has failed; undefined
   * when the turn is somebody else's by now, and then nothing was noted.
   */
  settleTurn(input: {
    webhookId: number;
    claimant: string;
    attempts: readonly SettledAttempt[];
    restMs: number;
  }): Promise<{ failingMs: number } | undefined>;
  /** Removes deliveries that were noted longer ago than `ageMs`, whatever became of them; answers how many. */
  removeDeliveries(input: { ageMs: number; limit: number }): Promise<number>;
  /** Counts no further than `most`. */
  countPending(most: number): Promise<number>;
}
