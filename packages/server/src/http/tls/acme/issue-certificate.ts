import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { ManagedCertificate } from '../../../registry/ports/certificate-store.ts';
import type { Fence } from '../../../registry/ports/lease-store.ts';
import { newPrivateKey, privateKeyText } from './account-key.ts';
import { openAccount } from './acme-account.ts';
import { AcmeError, unexpected } from './acme-error.ts';
import type { AcmeOptions } from './acme-options.ts';
import { type AcmeTurn, finalize, newOrder, type Order, prove, readOrder } from './acme-order.ts';
import type { AcmeRequests } from './acme-requests.ts';
import { certificateRequest } from './certificate-request.ts';
import { renewalId, usualRenewal } from './renewal-info.ts';
import { checkPair, keyPurpose } from './stored-pair.ts';

/**
 * Gets a certificate: goes on with the order of `before` when the authority still has it, so that whoever dies in the middle costs no
 * second one. Each step is kept before the next.
 */
export async function issueCertificate(
  before: ManagedCertificate,
  requests: AcmeRequests,
  options: AcmeOptions,
  { fence, signal }: { readonly fence: Fence; readonly signal: AbortSignal },
): Promise<ManagedCertificate> {
  const { store, secrets, names, now, minVersion, door, logger } = options;
  const signer = await openAccount(requests, { ...options, fence });
  const turn: AcmeTurn = { requests, signer, door, fence, signal, logger };
  const { order: asked, key } = (await resumed(turn, before, options)) ?? (await begun(turn, before, options));
  const ready = asked.status === 'pending' ? await prove(turn, asked) : asked;
  const chain = await finalize(turn, ready, certificateRequest(key, names));
  const { certificate } = checkPair({ cert: chain, key: privateKeyText(key) }, minVersion);
  requireNames(certificate, names);
  const { renewalInfo } = await requests.directory();
  const at = now();
  const renewAt = usualRenewal(certificate);
  const after: ManagedCertificate = {
    id: before.id,
    issued: {
      chain,
      sealedKey: secrets.seal(keyPurpose(before.id), privateKeyText(key)),
      expiresAt: certificate.validToDate.getTime(),
      renewAt,
    },
    order: undefined,
    failures: 0,
    nextAt: renewalInfo === undefined ? renewAt : at,
  };
  await store.saveCertificate({ certificate: after, at, fence });
  return after;
}

interface Begun {
  readonly order: Order;
  readonly key: KeyObject;
}

async function resumed(turn: AcmeTurn, { id, order: kept }: ManagedCertificate, { secrets }: AcmeOptions): Promise<Begun | undefined> {
  if (kept === undefined) return undefined;
  try {
    const key = createPrivateKey(secrets.open(keyPurpose(id), kept.sealedKey));
    const order = await readOrder(turn, kept.url);
    return order.status === 'invalid' ? undefined : { order, key };
  } catch (cause) {
    turn.signal.throwIfAborted();
    if (cause instanceof AcmeError && cause.keepsOrder) throw cause;
    turn.logger.warn('The order for a TLS certificate that was under way is given up; another is made.', { order: kept.url, cause });
    return undefined;
  }
}

async function begun(turn: AcmeTurn, before: ManagedCertificate, options: AcmeOptions): Promise<Begun> {
  const { store, secrets, names, profile, now } = options;
  const replaces = before.issued === undefined ? undefined : renewalId(new X509Certificate(before.issued.chain));
  const { renewalInfo } = await turn.requests.directory();
  const order = await newOrder(turn, { names, profile, replaces: renewalInfo === undefined ? undefined : replaces });
  const key = newPrivateKey();
  const kept = { url: order.url, sealedKey: secrets.seal(keyPurpose(before.id), privateKeyText(key)) };
  await store.saveCertificate({ certificate: { ...before, order: kept }, at: now(), fence: turn.fence });
  return { order, key };
}

/** Addresses are written in several ways, and not looked at. */
function requireNames({ subjectAltName = '' }: X509Certificate, names: readonly string[]): void {
  const given = new Set(subjectAltName.toLowerCase().split(', '));
  const isAddress = (name: string) => /^[\d.]+$|:/.test(name);
  if (!names.every((name) => isAddress(name) || given.has(`dns:${name}`))) throw unexpected(`a certificate for ${subjectAltName}`);
}
