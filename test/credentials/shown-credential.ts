import type { ClientCertificate } from '../clients/containerd.ts';

/** In what way a credential is good or bad. */
export const credentialStates = ['right', 'expired', 'revoked', 'wrong audience', 'wrong issuer'] as const;
export type CredentialState = (typeof credentialStates)[number];

/**
 * What a client is given: a name with a secret, as `docker login` takes it, or a certificate of its own. `endsAt`: it is good until then,
 * in milliseconds since 1970, and to be shown afterwards.
 */
export type ShownCredential = { readonly endsAt?: number } & (
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | ({ readonly kind: 'certificate' } & ClientCertificate)
);

/**
 * A way to prove who one is. `make` answers undefined for a state that this kind cannot be in (a password has no audience); a credential
 * that is refused before there is anything to show to a client (a login that does not end well) is a `refused`, with what was said.
 */
export interface CredentialKind {
  readonly name: string;
  make(state: CredentialState): Promise<ShownCredential | { readonly kind: 'refused'; readonly said: string } | undefined>;
}
