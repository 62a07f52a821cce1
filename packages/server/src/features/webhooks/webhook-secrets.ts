import type { SecretBox } from '../../registry/ports/secret-box.ts';
import type { Webhook } from '../../registry/ports/webhook-store.ts';

/** What a webhook keeps secret. */
export interface WebhookSecrets {
  readonly secret: string | undefined;
  /** The key before, while receivers change over. */
  readonly previousSecret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Nothing. */
export const noSecrets: WebhookSecrets = { secret: undefined, previousSecret: undefined, headers: {} };

/** Seals secrets for the host of `url` alone: they cannot be opened for any other (harbor#23463). Undefined when there are none. */
export function sealSecrets(box: SecretBox, url: string, secrets: WebhookSecrets): string | undefined {
  if (secrets.secret === undefined && Object.keys(secrets.headers).length === 0) return undefined;
  return box.seal(purposeOf(url), JSON.stringify(secrets));
}

/** Opens what was sealed for the webhook's present host. Throws when it was sealed for another, or with another key. */
export function openSecrets(box: SecretBox, { url, sealed }: Pick<Webhook, 'url' | 'sealed'>): WebhookSecrets {
  return sealed === undefined ? noSecrets : { ...noSecrets, ...(JSON.parse(box.open(purposeOf(url), sealed)) as WebhookSecrets) };
}

const purposeOf = (url: string) => `webhook at ${new URL(url).origin}`;
const mask = '***';

/** The text without the secrets, also where a receiver repeats what it was sent. */
export function withoutSecrets(text: string, { secret, previousSecret, headers }: WebhookSecrets): string {
  const values = [secret, previousSecret, ...Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)])];
  return values
    .filter((value) => value !== undefined && value.length >= 4)
    .toSorted((left, right) => (right?.length ?? 0) - (left?.length ?? 0))
    .reduce<string>((masked, value) => masked.replaceAll(value ?? '', mask), text);
}
