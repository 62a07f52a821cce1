import type { AccountService } from '../../registry/ports/account-service.ts';
import type { AccountStore, User } from '../../registry/ports/account-store.ts';
import { type Agent, agentOf } from '../../registry/ports/agent.ts';
import type { Millis } from '../../registry/ports/content-store.ts';
import type { SecretBox } from '../../registry/ports/secret-box.ts';
import type { Session, SessionStore } from '../../registry/ports/session-store.ts';
import type { AwayProof, ExternalSignIn, SignInProof, SignInProvider, SignOutPlace } from '../../registry/ports/sign-in.ts';
import type {
  BrowserOrigin,
  DeviceService,
  OpenSession,
  SecondFactorService,
  SignInService,
  SignInStep,
} from '../../registry/ports/sign-in-service.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { BasicCredentials } from '../basic-credentials.ts';
import type { PasswordLogin } from '../password-login.ts';
import { SealedSteps } from './sealed-step.ts';
import type { Sessions } from './sessions.ts';

interface SignInOptions {
  readonly accounts: AccountStore;
  readonly service: AccountService;
  readonly store: SessionStore;
  readonly sessions: Sessions;
  readonly passwords: PasswordLogin;
  readonly factors: SecondFactorService;
  readonly devices: DeviceService;
  readonly providers: readonly SignInProvider[];
  readonly external: ExternalSignIn | undefined;
  readonly box: SecretBox;
  readonly now: () => Millis;
}

/** Who proved it, and when; as `Session` has them. */
type First = Pick<Session, 'provider' | 'provedAt'>;

/** A password or a provider's word, for as long as the second factor takes. */
interface ProvedStep extends First {
  readonly userId: number;
  readonly version: number;
}

/** A browser that was sent to a provider. */
interface SentStep {
  readonly provider: string;
  readonly kept: string;
  readonly returnTo: string;
}

/** Signing in with a browser. */
export class SignIn implements SignInService {
  readonly #options: SignInOptions;
  readonly #proved: SealedSteps<ProvedStep>;
  readonly #sent: SealedSteps<SentStep>;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#proved = new SealedSteps(options.box, 'proved', options.now);
    this.#sent = new SealedSteps(options.box, 'sent', options.now);
  }

  get providers(): readonly SignInProvider[] {
    return this.#options.providers;
  }

  get factors(): SecondFactorService {
    return this.#options.factors;
  }

  get devices(): DeviceService {
    return this.#options.devices;
  }

  find(secret: string): Promise<OpenSession | undefined> {
    return this.#options.sessions.find(secret);
  }

  async byPassword(credentials: BasicCredentials, from: BrowserOrigin): Promise<SignInStep> {
    const outcome = await this.#checkPassword(credentials, from);
    if (outcome.kind === 'away') return outcome;
    if (outcome.kind === 'user') return this.#afterFirst(outcome.user, { provider: outcome.provider, provedAt: this.#options.now() }, from);
    const { reason, retryAfterSeconds = 1, account } = outcome;
    return reason === 'delayed' ? { kind: 'delayed', retryAfterSeconds } : { kind: 'refused', account };
  }

  async bySecondFactor(proof: string, code: string, from: BrowserOrigin): Promise<SignInStep> {
    const step = this.#proved.open(proof);
    if (step === undefined) return { kind: 'over' };
    const user = await this.#options.accounts.findUser({ id: step.userId });
    if (user === undefined || user.disabled || user.version !== step.version) return { kind: 'over' };
    const outcome = await this.#options.factors.check(user, code, signingIn(user, step.provider, from));
    if (outcome.kind === 'delayed') return outcome;
    if (outcome.kind === 'wrong') return { kind: 'refused', account: user.name, detail: 'wrong second factor' };
    return this.#begin(user, step, from);
  }

  async start(
    provider: string,
    { callbackUrl, returnTo, again }: { callbackUrl: string; returnTo: string; again: boolean },
  ): ReturnType<SignInService['start']> {
    const found = this.#provider(provider);
    if (found === undefined) return undefined;
    const started = await found.start({ callbackUrl, again });
    if ('kind' in started) return { kind: 'away', detail: started.detail };
    return { kind: 'redirect', redirect: started.redirect, kept: this.#sent.seal({ provider, kept: started.kept, returnTo }) };
  }

  async finish(
    provider: string,
    { callbackUrl, url, kept }: { callbackUrl: string; url: URL; kept: string },
    from: BrowserOrigin,
  ): Promise<{ step: SignInStep; returnTo: string }> {
    const sent = this.#sent.open(kept);
    const found = this.#provider(provider);
    if (sent === undefined || found === undefined || sent.provider !== provider) return { step: { kind: 'over' }, returnTo: '' };
    const proof = await found.finish({ callbackUrl, url, kept: sent.kept, address: from.address });
    return { step: await this.#ofProof(proof, provider, from), returnTo: sent.returnTo };
  }

  async renew({ user, session }: OpenSession, from: BrowserOrigin): Promise<string | undefined> {
    const now = await this.#options.accounts.findUser({ id: user.id });
    if (now === undefined || now.disabled) return undefined;
    return (await this.#options.sessions.begin(now, session, from, signingIn(now, session.provider, from)))?.secret;
  }

  async end({ session, user, principal }: OpenSession, from: BrowserOrigin): Promise<void> {
    const by = agentOf(principal, { reason: 'whoever is signed in may sign out', roles: [] }, from);
    await this.#options.store.endSession({ id: session.id, userId: user.id, by, at: this.#options.now() });
  }

  async signOutOf(provider: string, returnUrl: string): Promise<SignOutPlace | AwayProof | undefined> {
    return this.#provider(provider)?.signOut(returnUrl);
  }

  async makeToken(open: OpenSession, { name, days }: { name: string; days: number }, from: BrowserOrigin): Promise<{ text: string }> {
    const by = agentOf(open.principal, { reason: 'these are things of their own', roles: [] }, from);
    const { token } = await this.#options.service.addToken(open.user, { name, ttlMs: days * 86_400_000, by });
    return { text: token };
  }

  #provider(name: string): SignInProvider | undefined {
    return this.#options.providers.find((provider) => provider.name === name);
  }

  async #checkPassword(credentials: BasicCredentials, from: BrowserOrigin) {
    try {
      return await this.#options.passwords.check(credentials, from);
    } catch (error) {
      if (!(error instanceof RegistryError && error.code === 'UNAVAILABLE')) throw error;
      return { kind: 'away' as const, detail: error.cause instanceof Error ? error.cause.message : error.message };
    }
  }

  async #ofProof(proof: SignInProof, provider: string, from: BrowserOrigin): Promise<SignInStep> {
    const { external } = this.#options;
    if (proof.kind !== 'proved') return proof;
    if (external === undefined) throw new TypeError('there are providers, but nothing makes users of whom they send');
    const outcome = await external.signIn(proof.identity, unknownSigningIn(provider, from));
    if (outcome.kind === 'user') return this.#afterFirst(outcome.user, { provider, provedAt: proof.provedAt }, from);
    return outcome.kind === 'disabled'
      ? { kind: 'refused', account: outcome.user.name, detail: 'the user is disabled' }
      : { kind: outcome.kind };
  }

  async #afterFirst(user: User, { provider, provedAt }: First, from: BrowserOrigin): Promise<SignInStep> {
    if (!user.secondFactor) return this.#begin(user, { provider, provedAt }, from);
    return { kind: 'second-factor', proof: this.#proved.seal({ userId: user.id, version: user.version, provider, provedAt }) };
  }

  async #begin(user: User, first: First, from: BrowserOrigin): Promise<SignInStep> {
    const begun = await this.#options.sessions.begin(user, first, from, signingIn(user, first.provider, from));
    return begun === undefined ? { kind: 'over' } : { kind: 'signed-in', ...begun, user };
  }
}

function signingIn({ id, name }: User, provider: string, from: BrowserOrigin): Agent {
  return { ...unknownSigningIn(provider, from), actor: `user:${id}:${name}` };
}

function unknownSigningIn(provider: string, { address, requestId }: BrowserOrigin): Agent {
  return { actor: 'anonymous', credential: `session:${provider}`, address, requestId, reason: 'signs in', roles: [] };
}
