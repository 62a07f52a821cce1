import type { Authentication, Authenticator, Origin } from '../registry/ports/authenticator.ts';
import type { BasicLogin } from './basic.ts';
import type { CertificateLogin } from './certificate-login.ts';
import type { ForeignLogin } from './foreign-login.ts';
import type { RegistryTokens } from './registry-tokens.ts';

const bearer = 'Bearer ';

/**
 * Tells by the scheme of the Authorization header who looks at it: Basic or Bearer; any other is refused. As Bearer goes what stands for
 * somebody without a name: an access token, the secret of a robot, a token that another issuer signed, a registry token.
 */
export function createAuthenticator(options: {
  basic: BasicLogin;
  tokens: RegistryTokens;
  foreign: ForeignLogin | undefined;
  certificates: CertificateLogin | undefined;
}): Authenticator {
  const { basic, certificates, foreign, tokens } = options;
  return {
    proveForeign: async (token, userName, from) =>
      (await foreign?.login(token, from, userName)) ?? {
        kind: 'refused',
        reason: 'token-invalid',
        detail: 'it is no token of an issuer that is configured here',
      },
    async authenticate(header: string | undefined, from: Origin): Promise<Authentication> {
      if (header === undefined) {
        const shown = certificates === undefined ? undefined : from.certificate;
        if (certificates === undefined || shown === undefined) return { kind: 'anonymous' };
        return certificates.login(shown, from);
      }
      // Most of what comes: no form has to be looked for in what is known.
      if (header.startsWith(bearer)) {
        const text = header.slice(bearer.length);
        const known = tokens.verifyKnown(text, from) ?? foreign?.loginKnown(text);
        if (known !== undefined) return known;
      }
      // RFC 9110 section 11.4: a scheme in any case, spaces, then the credentials.
      const [, scheme, credentials] = /^([A-Za-z]+) +([^ ]+) *$/.exec(header) ?? [];
      if (scheme === undefined || credentials === undefined) return { kind: 'refused', reason: 'credentials' };
      if (scheme.toLowerCase() === 'basic') return basic.login(credentials, from);
      if (scheme.toLowerCase() === 'bearer') {
        return (
          (await basic.loginBySecret(credentials, from)) ??
          (await foreign?.login(credentials, from, undefined)) ??
          tokens.verify(credentials, from)
        );
      }
      return { kind: 'refused', reason: 'credentials' };
    },
  };
}
