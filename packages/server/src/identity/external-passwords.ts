import type { Agent } from '../registry/ports/agent.ts';
import type { Origin } from '../registry/ports/authenticator.ts';
import type { ExternalSignIn, PasswordSource } from '../registry/ports/sign-in.ts';
import { RegistryError } from '../registry/registry-error.ts';
import type { BasicCredentials } from './basic-credentials.ts';
import type { ExternalPasswords, ProvedPassword } from './password-login.ts';

interface ExternalPasswordOptions {
  /** Asked in this order, until one knows the name. */
  readonly sources: readonly PasswordSource[];
  readonly external: ExternalSignIn;
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Passwords that directories keep. Whoever they prove becomes the user whom their provider's rules make of them. */
export function createExternalPasswords({ sources, external, warn }: ExternalPasswordOptions): ExternalPasswords {
  return {
    async check({ name, password }: BasicCredentials, from: Origin): Promise<ProvedPassword | undefined> {
      for (const source of sources) {
        const { name: provider, credential } = source;
        const proof = await source.check(name, password, from);
        if (proof.kind === 'unknown') continue;
        if (proof.kind === 'away') throw away(new Error(`${provider}: ${proof.detail}`));
        if (proof.kind === 'refused') return undefined;
        const outcome = await external.signIn(proof.identity, signingIn(credential, from));
        if (outcome.kind === 'user') return { kind: 'user', user: outcome.user, provider, credential };
        warn('A directory knows somebody whom this registry does not let in', { provider, user: name, outcome: outcome.kind });
        return undefined;
      }
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
    message: 'The directory that knows this password cannot be reached at the moment: repeat the request in some seconds.',
    headers: { 'Retry-After': '5' },
    cause,
  });
}
