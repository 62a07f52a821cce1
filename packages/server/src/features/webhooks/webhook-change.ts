import { ApiError } from '../../management/problems.ts';
import type { Webhook, WebhookSettings } from '../../registry/ports/webhook-store.ts';
import { allRepositories, allTags } from './event-filter.ts';
import { isKey } from './signature.ts';
import type { WebhookDeps } from './webhook-deps.ts';
import type { NewWebhook, WebhookChange } from './webhook-schemas.ts';
import { noSecrets, openSecrets, sealSecrets, type WebhookSecrets } from './webhook-secrets.ts';

type Deps = Pick<WebhookDeps, 'dialer' | 'secrets' | 'clock'>;

/** For so long requests are signed with the key before as well, for receivers that change over. */
const overlapMs = 24 * 60 * 60_000;

/** What the registry says itself in a request. */
const ownHeaders =
  /^(host|connection|content-(length|type|encoding)|transfer-encoding|user-agent|upgrade|expect|te|trailer|keep-alive|proxy-.*|webhook-.*)$/i;

/** The settings of a new webhook. Throws `invalid-request` for an address that may not be reached, and headers that it cannot have. */
export function newSettings(body: NewWebhook, { dialer, secrets }: Deps): WebhookSettings {
  const { name, url, events = [], repositories = allRepositories, tags = allTags, format = 'cloudevents', enabled = true } = body;
  const { secret, headers = {} } = body;
  requireReachable(url, dialer);
  requireKey(secret);
  requireOwnHeaders(headers);
  return {
    ...{ name, url, events, repositories, tags, format, enabled },
    headerNames: Object.keys(headers),
    hasSecret: secret !== undefined,
    previousSecretUntil: undefined,
    sealed: sealSecrets(secrets, url, { secret, previousSecret: undefined, headers }),
  };
}

/** The settings after a change. Secrets stay with their host: another one must be given them again (harbor#23463). */
export function changedSettings(webhook: Webhook, body: WebhookChange, deps: Deps): WebhookSettings {
  const { secret, headers = {}, ...plain } = body;
  const url = body.url ?? webhook.url;
  requireReachable(url, deps.dialer);
  requireKey(secret ?? undefined);
  requireOwnHeaders(headers);
  const moves = new URL(url).origin !== new URL(webhook.url).origin;
  if (moves) requireGivenAgain(webhook, body);
  if (!moves && secret === undefined && body.headers === undefined) return { ...webhook, ...plain };
  const before = moves ? noSecrets : opened(webhook, deps);
  const after = changedSecrets(before, body);
  const isReplaced = typeof secret === 'string' && before.secret !== undefined && secret !== before.secret;
  const keepsPrevious = after.previousSecret !== undefined;
  return {
    ...webhook,
    ...plain,
    headerNames: Object.keys(after.headers),
    hasSecret: after.secret !== undefined,
    previousSecretUntil: keepsPrevious ? (isReplaced ? deps.clock() + overlapMs : webhook.previousSecretUntil) : undefined,
    sealed: sealSecrets(deps.secrets, url, after),
  };
}

function changedSecrets(before: WebhookSecrets, { secret, headers = {} }: WebhookChange): WebhookSecrets {
  const entries = new Map(Object.entries(before.headers));
  for (const [name, value] of Object.entries(headers)) {
    // Names of headers are equal in any case.
    for (const known of entries.keys()) if (known.toLowerCase() === name.toLowerCase()) entries.delete(known);
    if (value !== null) entries.set(name, value);
  }
  const merged = Object.fromEntries(entries);
  if (secret === null) return { ...noSecrets, headers: merged };
  if (secret === undefined || secret === before.secret) return { ...before, headers: merged };
  return { secret, previousSecret: before.secret, headers: merged };
}

function requireReachable(url: string, dialer: Deps['dialer']): void {
  const objection = dialer.objection(url);
  if (objection !== undefined) throw invalid('/url', objection);
}

function requireKey(secret: string | undefined): void {
  if (secret === undefined || isKey(secret)) return;
  throw invalid('/secret', 'Behind whsec_ there must be 24 bytes or more in base64; a secret of another form begins otherwise.');
}

function requireOwnHeaders(headers: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(headers);
  for (const name of names) {
    if (ownHeaders.test(name)) throw invalid(`/headers/${name}`, `The header ${name} is set by the registry itself: choose another.`);
    if (names.filter((other) => other.toLowerCase() === name.toLowerCase()).length > 1)
      throw invalid(`/headers/${name}`, `The header ${name} is given twice.`);
  }
}

function requireGivenAgain(webhook: Webhook, { secret, headers = {} }: WebhookChange): void {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const missing = webhook.headerNames.filter((name) => !given.has(name.toLowerCase())).map((name) => `header ${name}`);
  if (webhook.hasSecret && secret === undefined) missing.unshift('secret');
  if (missing.length === 0) return;
  throw invalid(
    '/url',
    `What was entrusted to one host is not sent to another: with the new address give again ${missing.join(', ')}, or null.`,
  );
}

function opened(webhook: Webhook, { secrets }: Deps): WebhookSecrets {
  try {
    return openSecrets(secrets, webhook);
  } catch (cause) {
    const detail = 'Its secrets cannot be opened with the key of this installation: remove this webhook, and make it again.';
    throw new ApiError('conflict', { detail, cause });
  }
}

function invalid(pointer: string, detail: string): ApiError {
  return new ApiError('invalid-request', { detail, faults: [{ pointer, detail }] });
}
