import { agentOf } from '../../registry/ports/agent.ts';
import { actorOf } from '../../registry/ports/authorizer.ts';
import type { CodeOutcome, OpenSession } from '../../registry/ports/sign-in-service.ts';
import { type Html, html } from './html.ts';
import type { Visit } from './visit.ts';

/** Whoever may make credentials: signed in lately, and with a second factor where one is asked for; otherwise on the way there. */
async function requireRecent(visit: Visit, { alsoToSetUp = false } = {}): Promise<OpenSession | undefined> {
  const open = await visit.session();
  if (open === undefined || !visit.isRecent(open)) {
    visit.signInFirst();
    return undefined;
  }
  visit.exchange.subject = actorOf(open.principal.subject);
  if (!open.mustSetUp || alsoToSetUp) return open;
  visit.redirect(visit.path('/auth/second-factor/set-up'));
  return undefined;
}

/** The same for a form of this session. */
async function requireForm(visit: Visit, options: { alsoToSetUp?: boolean } = {}): Promise<OpenSession | undefined> {
  if (!(await visit.readForm())) return undefined;
  const open = await requireRecent(visit, options);
  return open !== undefined && visit.isOfSession(open) ? open : undefined;
}

/** `GET /auth/second-factor/set-up`. */
export async function showSetUp(visit: Visit): Promise<void> {
  const open = await requireRecent(visit, { alsoToSetUp: true });
  if (open !== undefined) await setUpPage(visit, open, undefined);
}

/** `POST /auth/second-factor/set-up`: begin, confirm by a first code, or remove. */
export async function changeSetUp(visit: Visit): Promise<void> {
  const open = await requireForm(visit, { alsoToSetUp: true });
  if (open === undefined) return;
  const { service, from, words: say } = visit;
  const by = agentOf(open.principal, { reason: 'these are things of their own', roles: [] }, from);
  const action = visit.form.get('action');
  if (action === 'begin') {
    await service.factors.begin(open.user, by);
    return visit.redirect(visit.path('/auth/second-factor/set-up'));
  }
  if (action === 'remove') {
    await service.factors.remove(open.user, by);
    return visit.redirect(visit.path('/auth/second-factor/set-up'), visit.keep('session', await service.renew(open, from)));
  }
  const outcome = await service.factors.confirm(open.user, visit.form.get('code') ?? '', by);
  if (outcome.kind !== 'confirmed') return setUpPage(visit, open, outcome);
  const body = html`<p>${say.recoveryKeep}</p><pre>${outcome.recoveryCodes.join('\n')}</pre>
<a class="button" href="${visit.returnTo}">${say.goOn}</a>`;
  visit.page(200, say.recovery, body, visit.keep('session', await service.renew(open, from)));
}

async function setUpPage(visit: Visit, open: OpenSession, failed: CodeOutcome | undefined): Promise<void> {
  const { words: say, service } = visit;
  const state = await service.factors.stateOf(open.user);
  if (state.enabled) {
    return visit.page(
      200,
      say.secondFactor,
      html`<p>${say.enabled}${state.recoveryCodes}</p>${actionForm(visit, open, 'remove', say.remove)}`,
    );
  }
  const waiting = await service.factors.waiting(open.user);
  const must = open.mustSetUp ? html`<p class="problem">${say.setUpMust}</p>` : undefined;
  if (waiting === undefined) {
    return visit.page(200, say.setUp, html`${must}<p>${say.setUpWhy}</p>${actionForm(visit, open, 'begin', say.setUp)}`);
  }
  const key = waiting.secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
  const input = html`<label for="code">${say.code}</label><input id="code" name="code" autocomplete="one-time-code" maxlength="20" required autofocus>`;
  const body = html`${problemOf(visit, failed)}<p>${say.setUpAdd}</p><p><code>${key}</code></p>
<p><a href="${waiting.uri}">${say.setUpLink}</a></p>${actionForm(visit, open, 'confirm', say.confirm, input)}`;
  visit.page(failed === undefined ? 200 : failed.kind === 'delayed' ? 429 : 401, say.setUp, body);
}

function problemOf({ words: say }: Visit, failed: CodeOutcome | undefined): Html | undefined {
  if (failed === undefined) return undefined;
  const text = failed.kind === 'delayed' ? `${say.delayed}${failed.retryAfterSeconds}` : say.wrongCode;
  return html`<p class="problem" role="alert">${text}</p>`;
}

function actionForm(visit: Visit, { csrfToken }: OpenSession, action: string, label: string, inside?: Html): Html {
  return html`<form method="post" action="${visit.path(visit.exchange.path)}">
<input type="hidden" name="csrf" value="${csrfToken}"><input type="hidden" name="action" value="${action}">${inside}<button>${label}</button></form>`;
}

/** `GET /auth/tokens`. */
export async function showTokens(visit: Visit): Promise<void> {
  const open = await requireRecent(visit);
  if (open !== undefined) tokenForm(visit, open, undefined);
}

/** `POST /auth/tokens`: makes a personal access token. */
export async function makeToken(visit: Visit): Promise<void> {
  const open = await requireForm(visit);
  if (open === undefined) return;
  const { words: say, form } = visit;
  const [name, days] = [(form.get('name') ?? '').trim(), Number(form.get('days'))];
  const isGood = /^\P{Cc}{1,100}$/u.test(name) && Number.isInteger(days) && days >= 1 && days <= 3650;
  if (!isGood) return tokenForm(visit, open, say.tokenBad);
  const { text } = await visit.service.makeToken(open, { name, days }, visit.from);
  visit.page(200, say.tokens, html`<p>${say.tokenMade}</p><pre>${text}</pre>${visit.home()}`);
}

function tokenForm(visit: Visit, open: OpenSession, problem: string | undefined): void {
  const { words: say } = visit;
  const inside = html`<label for="name">${say.tokenName}</label><input id="name" name="name" maxlength="100" required autofocus>
<label for="days">${say.tokenDays}</label><input id="days" name="days" type="number" min="1" max="3650" value="90" required>`;
  const said = problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`;
  const body = html`${said}<p>${say.tokensWhy}</p>${actionForm(visit, open, 'make', say.makeToken, inside)}`;
  visit.page(problem === undefined ? 200 : 400, say.tokens, body);
}

/** `GET /auth/device`: asks for the code that a device shows. A code in the address only fills the form: it must not look anything up. */
export async function showDevice(visit: Visit): Promise<void> {
  const open = await requireRecent(visit);
  if (open !== undefined) deviceForm(visit, open, 200, undefined);
}

/** `POST /auth/device/confirm`: shows what asks, then lets it in or denies it. */
export async function decideDevice(visit: Visit): Promise<void> {
  const open = await requireForm(visit);
  if (open === undefined) return;
  const { words: say, service, form } = visit;
  const found = await service.devices.find(form.get('user_code') ?? '', open);
  if (found.kind === 'delayed') return deviceForm(visit, open, 429, `${say.delayed}${found.retryAfterSeconds}`);
  if (found.kind === 'wrong') return deviceForm(visit, open, 401, say.wrongCode);
  const { device } = found;
  const action = form.get('action');
  if (action === 'allow' || action === 'deny') {
    const decided = await service.devices.decide(device, action === 'allow', open, visit.from);
    const text = !decided ? say.deviceGone : action === 'allow' ? say.deviceAllowed : say.deviceDenied;
    return visit.page(200, say.device, html`<p>${text}</p>`);
  }
  const code = html`<input type="hidden" name="user_code" value="${form.get('user_code') ?? ''}">`;
  const body = html`<p>${say.deviceAsks}</p><p><strong>${device.name}</strong><br>${say.deviceAddress}: <code>${device.address}</code></p>
<p class="problem">${say.deviceWarning}</p>${actionForm(visit, open, 'allow', say.allow, code)}${actionForm(visit, open, 'deny', say.deny, code)}`;
  visit.page(200, say.device, body);
}

function deviceForm(visit: Visit, { csrfToken, user }: OpenSession, status: number, problem: string | undefined): void {
  const { words: say } = visit;
  const given = (visit.query.get('user_code') ?? '').slice(0, 12);
  const body = html`${problem === undefined ? undefined : html`<p class="problem" role="alert">${problem}</p>`}
<p>${say.signedInAs} <strong>${user.name}</strong></p>
<form method="post" action="${visit.path('/auth/device/confirm')}"><input type="hidden" name="csrf" value="${csrfToken}">
<label for="user_code">${say.deviceCode}</label><input id="user_code" name="user_code" value="${given}" maxlength="12" autocomplete="off" autocapitalize="characters" required autofocus>
<button>${say.goOn}</button></form>`;
  visit.page(status, say.device, body);
}
