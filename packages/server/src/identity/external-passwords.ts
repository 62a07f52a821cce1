import type { Agent } from '../registry/ports/agent.ts';
import type { Origin } from '../registry/ports/authenticator.ts';
import type { Logger } from '../registry/ports/logger.ts';
import type { ExternalSignIn, PasswordSource } from '../registry/ports/sign-in.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import type { ExternalPasswords, ProvedPassword } from './password-login.ts';

interface ExternalPasswordOptions {
  /** Asked in this order, until one knows the name. */
  readonly sources: readonly PasswordSource[];
  readonly external: Pick<ExternalSignIn, 'signIn'>;
  readonly logger: Logger;
}

/**
 * Passwords that directories keep. The first that knows the name decides, and the password is shown to no other. While one cannot be asked,
 * those after it may still prove somebody, who is then their own user and nobody else's. Whoever is proved becomes the user whom their
 * provider's rules make of them.
 */
export function createExternalPasswords({ sources, external, logger }: ExternalPasswordOptions): ExternalPasswords {
  return {
    async check({ name, password }: BasicCredentials, from: Origin): Promise<ProvedPassword | undefined> {
      let unreachable: Error | undefined;
      for (const source of sources) {
        const { name: provider, credential, rememberMs } = source;
        const refuse = (detail: string): undefined =>
          void logger.info('A login by a directory was refused', { provider, detail, address: from.address });
        const proof = await source.check(name, password, from);
        if (proof.kind === 'unknown') continue;
        if (proof.kind === 'refused') return refuse(proof.detail);
        if (proof.kind === 'away') {
          unreachable ??= new Error(`${provider}: ${proof.detail}`);
          continue;
        }
        const outcome = await external.signIn(proof.identity, signingIn(credential, from));
        if (outcome.kind === 'user') return { kind: 'user', user: outcome.user, provider, credential, rememberMs };
        return refuse(
          outcome.kind === 'disabled' ? 'the user is disabled here' : 'nobody here is linked to them, and createUsers is false',
        );
      }
      if (unreachable !== undefined) throw away(unreachable);
      return undefined;
    },
  };
}

function signingIn(credential: string, { address }: Origin): Agent {
  return { actor: 'anonymous', credential, address, requestId: undefined, reason: 'signs in', roles: [] };
}

function away(cause: Error): RegistryError {
  return new RegistryError('UNAVAILABLE', {
    status: 503,
    message:
      'The directory that may know this password cannot be reached at the moment: repeat the request in some seconds, or use an access token.',
    headers: { 'Retry-After': '5' },
    cause,
  });
}
