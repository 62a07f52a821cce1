import type { OpenSession, SignInStep } from '../../registry/ports/sign-in-service.ts';
import type { HeaderList } from '../answer.ts';
import { auditRefusedLogin } from '../audited-denials.ts';
import { type Html, html } from './html.ts';
import { isSentByOthers } from './own-page.ts';
import { homePath } from './return-path.ts';
import type { Visit } from './visit.ts';

/** `GET /auth/sign-in`: the form, or what whoever is signed in may do here. */
export async function showSignIn(visit: Visit): Promise<void> {
  const open = visit.query.has('again') ? undefined : await visit.session();
  if (open === undefined) return signInForm(visit, 200, visit.query.has('again') ? visit.words.again : undefined);
  if (open.mustSetUp) return visit.redirect(visit.path('/auth/second-factor/set-up'));
  if (visit.returnTo !== homePath) return visit.redirect(visit.returnTo);
  showAccount(visit, open);
}

/** `POST /auth/sign-in`: by name and password. */
export async function signInByPassword(visit: Visit): Promise<void> {
  if (!(await visit.readForm())) return;
  const [name, password] = [visit.form.get('name') ?? '', visit.form.get('password') ?? ''];
  // What cannot be anybody's is refused as a wrong password is, by the form itself.
  if (!isCredential(name, 255) || !isCredential(password, 4096)) return signInForm(visit, 401, visit.words.wrong);
  await goOn(visit, await visit.service.byPassword({ name, password }, visit.from), visit.returnTo);
}

/**
 * `GET /auth/sign-in/NAME`: to a provider. A link of another site leads to our form only: a provider that asks nothing, or is not honest,
 * would otherwise let that site choose who this browser is signed in as, in the place of whoever is. `again`: something asks for a sign-in
 * of now, so the provider is to ask, too.
 */
export async function startProvider(visit: Visit, provider: string): Promise<void> {
  if (isSentByOthers(visit.exchange)) return visit.redirect(visit.path(homePath));
  const again = visit.query.has('again');
  const started = await visit.service.start(provider, { callbackUrl: callbackUrl(visit, provider), returnTo: visit.returnTo, again });
  if (started === undefined) return void visit.refuse(404, visit.words.over);
  if (started.kind === 'away') return goOn(visit, started, visit.returnTo);
  visit.redirect(started.redirect, visit.keep('step', started.kept));
}

/** `GET /auth/callback/NAME`: back from a provider. */
export async function finishProvider(visit: Visit, provider: string): Promise<void> {
  const kept = visit.kept('step');
  if (kept === undefined) return goOn(visit, { kind: 'over' }, homePath);
  const url = new URL(`${callbackUrl(visit, provider)}?${visit.exchange.queryText ?? ''}`);
  const { step, returnTo } = await visit.service.finish(provider, { callbackUrl: callbackUrl(visit, provider), url, kept }, visit.from);
  await goOn(visit, step, returnTo, visit.words.notProved);
}

/** `GET /auth/second-factor`. */
export async function showSecondFactor(visit: Visit): Promise<void> {
  if (visit.kept('step') === undefined) return visit.redirect(visit.path(homePath));
  codeForm(visit, 200, undefined);
}

/** `POST /auth/second-factor`: the code, behind a password that was right. */
export async function signInByCode(visit: Visit): Promise<void> {
  if (!(await visit.readForm())) return;
  const proof = visit.kept('step');
  const code = visit.form.get('code') ?? '';
  const step: SignInStep = proof === undefined ? { kind: 'over' } : await visit.service.bySecondFactor(proof, code, visit.from);
  if (step.kind !== 'refused' && step.kind !== 'delayed') return goOn(visit, step, visit.returnTo);
  await audit(visit, step);
  if (step.kind === 'delayed') return codeForm(visit, 429, `${visit.words.delayed}${step.retryAfterSeconds}`, retryAfter(step));
  codeForm(visit, 401, visit.words.wrongCode);
}

/** `GET /auth/sign-out`. */
export async function showSignOut(visit: Visit): Promise<void> {
  const open = await visit.session();
  if (open === undefined)
    return visit.page(200, visit.words.signOut, html`<p>${visit.words.signedOut}</p>${await signOutThere(visit)}${visit.home()}`);
  visit.page(200, visit.words.signOut, html`<p>${visit.words.signOutAsk}</p>${signOutButton(visit, open)}`);
}

/** The way out of the provider that whoever has just signed out came by, which would otherwise let the next one at this browser in. */
async function signOutThere(visit: Visit): Promise<Html | undefined> {
  const provider = visit.query.get('provider');
  const place = provider === null ? undefined : await visit.service.signOutOf(provider, signedOutUrl(visit));
  if (place === undefined) return undefined;
  if ('kind' in place) return noteAway(visit, place);
  return html`<a class="button" href="${place.url}">${visit.words.signOutThere}${place.title}</a>`;
}

/** `POST /auth/sign-out`. */
export async function signOut(visit: Visit): Promise<void> {
  if (!(await visit.readForm())) return;
  const open = await visit.session();
  if (open !== undefined) {
    if (!visit.isOfSession(open)) return;
    await visit.service.end(open, visit.from);
  }
  const provider = open === undefined ? '' : `&provider=${encodeURIComponent(open.session.provider)}`;
  visit.redirect(`${visit.path('/auth/sign-out')}${provider}`, visit.keep('session', undefined));
}

/** What a step led to, for the browser. Whoever gets in has a new session, and the one before it has ended. */
async function goOn(visit: Visit, step: SignInStep, returnTo: string, refused = visit.words.wrong): Promise<void> {
  const { words: say } = visit;
  switch (step.kind) {
    case 'signed-in': {
      const before = await visit.session();
      if (before !== undefined) await visit.service.end(before, visit.from);
      const open = await visit.service.find(step.secret);
      const to = open?.mustSetUp === true ? visit.path('/auth/second-factor/set-up', returnTo) : returnTo;
      return visit.redirect(to, [...visit.keep('session', step.secret), ...visit.keep('step', undefined)]);
    }
    case 'second-factor':
      return visit.redirect(visit.path('/auth/second-factor', returnTo), visit.keep('step', step.proof));
    case 'delayed':
      await audit(visit, step);
      return signInForm(visit, 429, `${say.delayed}${step.retryAfterSeconds}`, retryAfter(step));
    case 'refused':
      await audit(visit, step);
      return signInForm(visit, 401, refused);
    case 'not-admitted':
      await audit(visit, { kind: 'refused' });
      return void visit.refuse(403, say.notAdmitted, visit.keep('step', undefined));
    case 'over':
      return void visit.refuse(400, say.over, visit.keep('step', undefined));
    case 'away':
      noteAway(visit, step);
      return void visit.refuse(503, say.away, ['Retry-After', '5']);
  }
}

function noteAway(visit: Visit, { detail }: { readonly detail: string }): undefined {
  visit.deps.logger.warn('A provider of sign-ins cannot be reached', { requestId: visit.exchange.id, detail });
}

async function audit(visit: Visit, step: Extract<SignInStep, { kind: 'refused' | 'delayed' }>): Promise<void> {
  const account = step.kind === 'refused' ? step.account : undefined;
  if (step.kind === 'refused' && step.detail !== undefined) {
    visit.deps.logger.info('A sign-in was refused', { requestId: visit.exchange.id, detail: step.detail });
  }
  const reason = step.kind === 'delayed' ? 'delayed' : 'credentials';
  await auditRefusedLogin(visit.deps.auditor, visit.exchange, { kind: 'refused', reason, ...(account !== undefined && { account }) });
}

const retryAfter = (step: { retryAfterSeconds: number }): HeaderList => ['Retry-After', String(step.retryAfterSeconds)];

const isCredential = (text: string, longest: number) => text !== '' && text.length <= longest && !/\p{Cc}/u.test(text);

/** Where a provider sends the browser back to, which it must know. */
function callbackUrl({ exchange }: Visit, provider: string): string {
  return `${exchange.origin.baseUrl}/auth/callback/${provider}`;
}

/** Where a provider sends the browser on to that has signed out there, which it must know, too. */
function signedOutUrl({ exchange }: Visit): string {
  return `${exchange.origin.baseUrl}/auth/sign-out`;
}

function signInForm(visit: Visit, status: number, problem: string | undefined, more: HeaderList = []): void {
  const { words: say, returnTo } = visit;
  const again = visit.query.has('again') ? '&again=1' : '';
  const providers = visit.service.providers.map(
    ({ name, title }) =>
      html`<a class="button quiet" href="${visit.path(`/auth/sign-in/${name}`, returnTo)}${again}">${say.signInWith} ${title}</a>`,
  );
  const body = html`${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="${visit.path('/auth/sign-in', returnTo)}">
<label for="name">${say.name}</label><input id="name" name="name" autocomplete="username" autocapitalize="none" maxlength="255" required autofocus>
<label for="password">${say.password}</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>${say.signIn}</button></form>${providers}`;
  visit.page(status, say.signIn, body, more);
}

function codeForm(visit: Visit, status: number, problem: string | undefined, more: HeaderList = []): void {
  const { words: say } = visit;
  const body = html`${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="${visit.path('/auth/second-factor')}">
<label for="code">${say.code}</label><input id="code" name="code" autocomplete="one-time-code" maxlength="20" required autofocus>
<button>${say.goOn}</button></form>`;
  visit.page(status, say.secondFactor, body, more);
}

function showAccount(visit: Visit, open: OpenSession): void {
  const { words: say } = visit;
  const body = html`<p>${say.signedInAs} <strong>${open.user.name}</strong></p>
<a class="button quiet" href="/">${say.console}</a>
<a class="button quiet" href="${visit.path('/auth/tokens')}">${say.makeToken}</a>
<a class="button quiet" href="${visit.path('/auth/second-factor/set-up')}">${say.secondFactor}</a>
<a class="button quiet" href="${visit.path('/auth/device')}">${say.device}</a>
${signOutButton(visit, open)}`;
  visit.page(200, 'Longshore', body);
}

function signOutButton(visit: Visit, { csrfToken }: OpenSession) {
  return html`<form method="post" action="${visit.path('/auth/sign-out')}">
<input type="hidden" name="csrf" value="${csrfToken}"><button>${visit.words.signOut}</button></form>`;
}
