import { createHash, type X509Certificate } from 'node:crypto';
import { requireFields, requireText } from './acme-answer.ts';
import { unexpected } from './acme-error.ts';
import type { AcmeRequests } from './acme-requests.ts';

/** The octets of the extension authorityKeyIdentifier's OID 2.5.29.35. */
const authorityKeyId = Buffer.of(0x06, 0x03, 0x55, 0x1d, 0x23);

/** How authorities name a certificate that they issued (RFC 9773 section 4.1); undefined when it does not say whose it is. */
export function renewalId({ raw, serialNumber }: X509Certificate): string | undefined {
  const at = raw.indexOf(authorityKeyId);
  if (at < 0) return undefined;
  // OCTET STRING { SEQUENCE { [0] keyIdentifier, ... } }; all of them are short.
  const value = raw.subarray(at + authorityKeyId.length);
  if (value[0] !== 0x04 || value[2] !== 0x30 || value[4] !== 0x80) return undefined;
  const keyId = value.subarray(6, 6 + (value[5] ?? 0));
  const digits = serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`;
  const serial = Buffer.from(Number.parseInt(digits.slice(0, 2), 16) > 0x7f ? `00${digits}` : digits, 'hex');
  return `${keyId.toString('base64url')}.${serial.toString('base64url')}`;
}

/**
 * When to renew without the authority's advice: at two thirds of the certificate's life, and up to a fiftieth of it before, so that
 * those which were issued together are not renewed together.
 */
export function usualRenewal(certificate: X509Certificate): number {
  const { from, life } = lifeOf(certificate);
  return Math.floor(from + life * (2 / 3 - fractionOf(certificate) / 50));
}

/**
 * When the authority would like it to be renewed (RFC 9773 section 4.2): a moment of its window, always the same one, and never so late
 * that no time is left for failures. `askAgainMs`: how long that advice is good.
 */
export async function advisedRenewal(
  requests: AcmeRequests,
  certificate: X509Certificate,
): Promise<{ readonly renewAt: number; readonly askAgainMs: number | undefined } | undefined> {
  const { renewalInfo } = await requests.directory();
  const id = renewalId(certificate);
  if (renewalInfo === undefined || id === undefined) return undefined;
  const answer = await requests.get(`${renewalInfo.replace(/\/$/, '')}/${id}`, 'the renewal information');
  const window = requireFields(answer['suggestedWindow'], 'the window of renewal');
  const [start = Number.NaN, end = Number.NaN] = ['start', 'end'].map((name) => Date.parse(requireText(window, name, 'the window')));
  if (!(end > start)) throw unexpected('the window of renewal ends before it begins');
  const { from, life } = lifeOf(certificate);
  const renewAt = Math.floor(Math.min(start + (end - start) * fractionOf(certificate), from + (life * 5) / 6));
  return { renewAt, askAgainMs: answer.retryAfterMs };
}

function lifeOf({ validFromDate, validToDate }: X509Certificate): { from: number; life: number } {
  const from = validFromDate.getTime();
  return { from, life: validToDate.getTime() - from };
}

/** From 0 to 1, at random for a certificate and the same whoever asks. */
function fractionOf({ raw }: X509Certificate): number {
  return createHash('sha256').update(raw).digest().readUInt32BE() / 2 ** 32;
}
