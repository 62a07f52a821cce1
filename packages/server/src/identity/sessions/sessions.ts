import { createHmac } from 'node:crypto';
import type { User } from '../../registry/ports/account-store.ts';
import type { Agent } from '../../registry/ports/agent.ts';
import type { Principal } from '../../registry/ports/authorizer.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { Session, SessionStore } from '../../registry/ports/session-store.ts';
import type { BrowserOrigin, OpenSession, SessionReader } from '../../registry/ports/sign-in-service.ts';
import { sessionSecrets } from '../random-secret.ts';
import { subjectOf } from '../user-subject.ts';

const noteUseEveryMs = 60_000;
const longestUserAgent = 200;

interface SessionOptions {
  readonly store: SessionStore;
  readonly csrfKey: Uint8Array;
  /** Without use it ends after this, */
  readonly idleMs: number;
  /** and in any case after this. */
  readonly lifetimeMs: number;
  /** Whether people (still) sign in through this: a session ends with its provider. */
  readonly isProvider: (name: string) => boolean;
  readonly mustSetUp: (user: User, provider: string) => boolean;
  readonly now: () => Millis;
  /** Told of a use that could not be noted, which keeps nobody out. */
  readonly report: (message: string, error: unknown) => void;
}

/** Sessions of browsers. They end with the user's version, so with a new password, a new second factor, and being disabled. */
export class Sessions implements SessionReader {
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Undefined when the user has changed since `user` was read. Each has a new secret: nobody can plant one. `provedAt`: as `Session` has it. */
  async begin(
    user: User,
    { provider, provedAt }: Pick<Session, 'provider' | 'provedAt'>,
    from: BrowserOrigin,
    by: Agent,
  ): Promise<{ secret: string; session: Session } | undefined> {
    const { store, lifetimeMs, now } = this.#options;
    const { text: secret, hash: secretHash } = sessionSecrets.create();
    const createdAt = now();
    const session = await store.createSession({
      secretHash,
      userId: user.id,
      userVersion: user.version,
      provider,
      createdAt,
      provedAt,
      expiresAt: createdAt + lifetimeMs,
      address: from.address,
      userAgent: from.userAgent.replaceAll(/\p{Cc}/gu, ' ').slice(0, longestUserAgent),
      by,
    });
    return session && { secret, session };
  }

  async find(secret: string): Promise<OpenSession | undefined> {
    const secretHash = sessionSecrets.hashOf(secret);
    const found = secretHash === undefined ? undefined : await this.#options.store.findSession(secretHash);
    if (secretHash === undefined || found === undefined) return undefined;
    const { session, user } = found;
    const at = this.#options.now();
    if (!this.#isGood(session, user, at)) return undefined;
    await this.#noteUse(session, at);
    const csrfToken = createHmac('sha256', this.#options.csrfKey).update(secretHash).digest('base64url');
    const mustSetUp = this.#options.mustSetUp(user, session.provider);
    return { session, user, principal: principalOf(session, user, csrfToken), csrfToken, mustSetUp };
  }

  #isGood(session: Session, user: User, at: Millis): boolean {
    const { idleMs, isProvider } = this.#options;
    const isOver = session.expiresAt <= at || session.lastSeenAt + idleMs <= at;
    return !isOver && !user.disabled && user.version === session.userVersion && isProvider(session.provider);
  }

  async #noteUse({ id, lastSeenAt }: Session, at: Millis): Promise<void> {
    if (at - lastSeenAt < noteUseEveryMs) return;
    try {
      await this.#options.store.noteSessionUse({ id, at });
    } catch (error) {
      this.#options.report('the use of a session could not be recorded', error);
    }
  }
}

function principalOf({ id, provider, provedAt }: Session, user: User, csrfToken: string): Principal {
  return {
    subject: subjectOf(user),
    limit: undefined,
    credential: `session:${provider}`,
    proof: { userVersion: user.version, session: { id, provider, provedAt, csrfToken } },
  };
}
