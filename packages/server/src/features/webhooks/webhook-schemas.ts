import Type, { type Static } from 'typebox';
import { formatInstant, id, instant, projectName } from '../../management/names.ts';
import { eventTypes } from '../../registry/ports/event-store.ts';
import type { Attempt, Delivery, Webhook } from '../../registry/ports/webhook-store.ts';
import { deliveryStates, webhookFormats } from '../../registry/ports/webhook-store.ts';
import { allRepositories, allTags } from './event-filter.ts';

const closed = { additionalProperties: false } as const;
const url = Type.String({ pattern: '^https?://', maxLength: 2048, examples: ['https://ci.example/hooks/longshore'] });
const headerName = '^[A-Za-z][A-Za-z0-9-]{0,63}$';
const headerValue = Type.String({ pattern: '^[!-~]([ -~]*[!-~])?$', maxLength: 1024 });
const secret = Type.String({
  pattern: '^[!-~][ -~]{15,255}$',
  description: 'Signs every request. Behind `whsec_` the bytes of the key in base64; 24 at least; otherwise its text. Never shown again.',
});
const glob = (usual: string, description: string) => Type.String({ minLength: 1, maxLength: 255, default: usual, description });

const members = {
  name: Type.String({ minLength: 1, maxLength: 128 }),
  url,
  events: Type.Array(Type.Enum([...eventTypes]), { maxItems: 64, description: 'The types to hear of; empty: all.' }),
  repositories: glob(allRepositories, 'A glob over repository names; ** for everything, also what is of no repository.'),
  tags: glob(allTags, 'A glob over tags; * for everything, also what is of no tag.'),
  format: Type.Enum([...webhookFormats], { default: 'cloudevents' }),
  enabled: Type.Boolean({ default: true }),
};

/** What a new webhook is made of. */
export const newWebhook = Type.Object(
  {
    name: members.name,
    url: members.url,
    events: Type.Optional(members.events),
    repositories: Type.Optional(members.repositories),
    tags: Type.Optional(members.tags),
    format: Type.Optional(members.format),
    enabled: Type.Optional(members.enabled),
    secret: Type.Optional(secret),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: headerName }), headerValue, {
        ...closed,
        maxProperties: 10,
        description: 'Sent along. Values are never shown again.',
      }),
    ),
  },
  { $id: 'NewWebhook', ...closed },
);
export type NewWebhook = Static<typeof newWebhook>;

/** What changes: what is not named stays; null takes a secret or a header away. */
export const webhookChange = Type.Object(
  {
    name: Type.Optional(members.name),
    url: Type.Optional(members.url),
    events: Type.Optional(members.events),
    repositories: Type.Optional(members.repositories),
    tags: Type.Optional(members.tags),
    format: Type.Optional(members.format),
    enabled: Type.Optional(members.enabled),
    secret: Type.Optional(Type.Union([secret, Type.Null()])),
    headers: Type.Optional(
      Type.Record(Type.String({ pattern: headerName }), Type.Union([headerValue, Type.Null()]), { ...closed, maxProperties: 10 }),
    ),
  },
  { $id: 'WebhookChange', ...closed },
);
export type WebhookChange = Static<typeof webhookChange>;

/** A webhook without its secrets. */
export const webhook = Type.Object(
  {
    id,
    ...members,
    headers: Type.Array(Type.String(), { description: 'Names of the headers that are sent along.' }),
    hasSecret: Type.Boolean(),
    previousSecretUntil: Type.Optional(instant),
    disabledReason: Type.Optional(Type.String({ description: 'Why the registry disabled it.' })),
    createdAt: instant,
    createdBy: Type.String(),
    updatedAt: instant,
  },
  { $id: 'Webhook' },
);

const deliveryMembers = {
  id,
  eventId: Type.String({ description: 'The same in every attempt and replay.' }),
  type: Type.String(),
  state: Type.Enum([...deliveryStates]),
  attempts: Type.Integer(),
  createdAt: instant,
  nextAttemptAt: Type.Optional(instant),
  finishedAt: Type.Optional(instant),
  status: Type.Optional(Type.Integer({ description: 'What the last attempt was answered with.' })),
  replayOf: Type.Optional(id),
};

/** One event on its way to one webhook. */
export const delivery = Type.Object(deliveryMembers, { $id: 'WebhookDelivery' });

/** The same with every attempt. */
export const loggedDelivery = Type.Object(
  {
    ...deliveryMembers,
    log: Type.Array(
      Type.Object({
        at: instant,
        durationMs: Type.Integer(),
        status: Type.Optional(Type.Integer()),
        request: Type.String({ description: 'The first 4 KiB of the body that was sent.' }),
        answer: Type.Optional(Type.String({ description: 'The first 4 KiB of the body that came back, secrets masked.' })),
        error: Type.Optional(Type.String()),
      }),
    ),
  },
  { $id: 'LoggedWebhookDelivery' },
);

/** Parameters of paths. */
export const paths = { project: projectName, id };
/** The one filter of the list of deliveries. */
export const stateFilter = Type.Optional(Type.Enum([...deliveryStates]));

/** A webhook as the API shows it. */
export function showWebhook(shown: Webhook): Static<typeof webhook> {
  const { name, url: address, events, repositories, tags, format, enabled, hasSecret, createdBy } = shown;
  return {
    id: String(shown.id),
    ...{ name, url: address, events: [...events], repositories, tags, format, enabled, hasSecret },
    headers: [...shown.headerNames],
    ...(shown.previousSecretUntil !== undefined && { previousSecretUntil: formatInstant(shown.previousSecretUntil) }),
    ...(shown.disabledReason !== undefined && { disabledReason: shown.disabledReason }),
    createdAt: formatInstant(shown.createdAt),
    createdBy,
    updatedAt: formatInstant(shown.updatedAt),
  };
}

/** A delivery as the API shows it. */
export function showDelivery(shown: Delivery): Static<typeof delivery> {
  const { state, attempts, eventKey, event, nextAttemptAt, finishedAt, status, replayOf } = shown;
  return {
    id: String(shown.id),
    ...{ eventId: eventKey, type: event.type, state, attempts },
    createdAt: formatInstant(shown.createdAt),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: formatInstant(nextAttemptAt) }),
    ...(finishedAt !== undefined && { finishedAt: formatInstant(finishedAt) }),
    ...(status !== undefined && { status }),
    ...(replayOf !== undefined && { replayOf: String(replayOf) }),
  };
}

/** A delivery with its log as the API shows it. */
export function showLogged(shown: Delivery, attempts: readonly Attempt[]): Static<typeof loggedDelivery> {
  const log = attempts.map(({ at, durationMs, status, request, answer, error }) => ({
    at: formatInstant(at),
    ...{ durationMs, request },
    ...(status !== undefined && { status }),
    ...(answer !== undefined && { answer }),
    ...(error !== undefined && { error }),
  }));
  return { ...showDelivery(shown), log };
}
