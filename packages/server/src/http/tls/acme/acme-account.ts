import { createPrivateKey } from 'node:crypto';
import type { CertificateStore } from '../../../registry/ports/certificate-store.ts';
import type { Fence } from '../../../registry/ports/lease-store.ts';
import type { SecretBox } from '../../../registry/ports/secret-box.ts';
import { newPrivateKey, privateKeyText, type Signer } from './account-key.ts';
import { requireSecure } from './acme-answer.ts';
import { AcmeError } from './acme-error.ts';
import type { AcmeRequests } from './acme-requests.ts';

export interface AccountTerms {
  readonly store: CertificateStore;
  readonly secrets: SecretBox;
  readonly directory: string;
  /** Whom the authority may write to. */
  readonly email: string | undefined;
  readonly fence: Fence;
}

/**
 * Our account with the authority, registered when it is not (RFC 8555 section 7.3). The key is kept before the authority hears of
 * it, and registering a key twice gives the same account: whoever dies in between leaves no second one.
 */
export async function openAccount(requests: AcmeRequests, terms: AccountTerms): Promise<Signer & { readonly accountUrl: string }> {
  const { store, secrets, directory, email, fence } = terms;
  const purpose = `account ${directory}`;
  const kept = await store.keepAuthorityAccount({
    directory,
    sealedKey: secrets.seal(purpose, privateKeyText(newPrivateKey())),
    fence,
  });
  const key = createPrivateKey(openKey(secrets, purpose, kept.sealedKey));
  if (kept.url !== undefined) return { key, accountUrl: kept.url };
  const { newAccount } = await requests.directory();
  const answer = await requests.post({ key, accountUrl: undefined }, newAccount, {
    termsOfServiceAgreed: true,
    ...(email === undefined ? {} : { contact: [`mailto:${email}`] }),
  });
  const accountUrl = requireSecure(answer.location, 'the address of the account');
  await store.setAuthorityAccountUrl({ directory, url: accountUrl, fence });
  return { key, accountUrl };
}

function openKey(secrets: SecretBox, purpose: string, sealed: string): string {
  try {
    return secrets.open(purpose, sealed);
  } catch (cause) {
    const fix = 'servers that share a database need the same secrets.keyFile. When it is lost, delete the row of table authority_accounts';
    const what = 'The key of the account with the authority does not open with this secret key';
    throw new AcmeError('unexpected', `${what}: ${fix}, and another account is made.`, { cause });
  }
}
