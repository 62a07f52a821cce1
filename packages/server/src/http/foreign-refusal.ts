import type { Refusal } from '../registry/ports/authenticator.ts';

/**
 * What the holder of a token of another issuer, or of a certificate, hears when it was not taken: what anybody may know, the audience that
 * is right; what whoever has the certificate knows. Undefined for every other refusal.
 */
export function foreignRefusalMessage({
  reason,
  detail,
  expects,
  told,
}: Pick<Refusal, 'reason' | 'detail' | 'expects' | 'told'>): string | undefined {
  if (reason === 'certificate') {
    return told === undefined
      ? "Your client certificate stands for nobody here: the registry's log and audit log say why."
      : `Your client certificate was not taken: ${told}.`;
  }
  if (expects !== undefined) return `The token is not meant for this registry: ask its issuer for one with the audience '${expects}'.`;
  if (detail === undefined) return undefined;
  if (reason === 'token-expired') return 'The token has expired: get a new one from its issuer.';
  if (told !== undefined) return `The token was not taken: ${told}.`;
  return "The token was not taken: the registry's log and audit log say why.";
}
