import { parseScopes, type Scope } from '@longshore/oci';
import type { Auditor } from '../registry/ports/auditor.ts';
import {
  type Authentication,
  type Authenticator,
  type IssuedToken,
  needsSecondFactorMessage,
  type Origin,
  type TokenService,
} from '../registry/ports/authenticator.ts';
import { actorOf, anonymous, type Principal } from '../registry/ports/authorizer.ts';
import type { DeviceService } from '../registry/ports/sign-in-service.ts';
import { projectOf } from '../registry/project-name.ts';
import { RegistryError } from '../registry/registry-error.ts';
import { sendBody } from './answer.ts';
import { auditRefusedLogin } from './audited-denials.ts';
import { foreignRefusalMessage } from './foreign-refusal.ts';
import type { HttpExchange } from './http-exchange.ts';
import { comingFrom } from './located-principal.ts';
import { readBody } from './request-body.ts';
import type { RequestRates } from './request-rates.ts';
import { admitSubject } from './subject-rates.ts';
import { exchanged, exchangeGrant, proveSubject } from './token-exchange.ts';
import type { TransferWatch } from './transfer-watch.ts';

export const tokenPath = '/auth/token';
export const keysPath = '/auth/keys';

const formBytes = 64 * 1024;

/** The grant by which a device asks for its token (RFC 8628 section 3.4). */
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

export interface TokenEndpointDeps {
  readonly authenticator: Authenticator;
  readonly auditor: Auditor;
  readonly subjectRates: RequestRates | undefined;
  readonly tokens: TokenService;
  readonly service: string;
  readonly watch: TransferWatch;
  readonly devices: () => Promise<DeviceService>;
}

/** `GET /auth/token` (Docker token authentication) and `POST` (its OAuth2 form: password and refresh_token grants, and the exchange of another issuer's token). */
export async function serveToken(exchange: HttpExchange, deps: TokenEndpointDeps): Promise<void> {
  if (exchange.method === 'GET' || exchange.method === 'HEAD') return getToken(exchange, deps);
  if (exchange.method === 'POST') return postToken(exchange, deps);
  throw new RegistryError('UNSUPPORTED', { message: 'Here works: GET, POST.', headers: { Allow: 'GET, POST' } });
}

/** `GET /auth/keys`: the public keys that tokens verify with (RFC 7517). */
export async function serveKeys(exchange: HttpExchange, deps: TokenEndpointDeps): Promise<void> {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new RegistryError('UNSUPPORTED', { message: 'Here works: GET.', headers: { Allow: 'GET' } });
  }
  sendJson(exchange, await deps.tokens.jwks(), 'public, max-age=300');
}

async function getToken(exchange: HttpExchange, deps: TokenEndpointDeps): Promise<void> {
  const { origin } = exchange;
  const query = new URLSearchParams(exchange.queryText);
  const header = exchange.request.headers.authorization;
  // A registry token is not a credential for getting another one.
  const basic = header === undefined || /^basic /i.test(header);
  const authentication: Authentication = basic
    ? await deps.authenticator.authenticate(header, loginFrom(exchange, query.getAll('scope')))
    : { kind: 'refused', reason: 'credentials' };
  const principal = await requirePrincipal(authentication, exchange, deps);
  exchange.subject = actorOf(principal.subject);
  await admitSubject(exchange, principal, deps);
  requireService(query.get('service'), deps.service);
  const scopes = requireScopes(query.getAll('scope'));
  const issued = await deps.tokens.issue({ principal, scopes, account: query.get('account') ?? undefined, address: origin.address });
  const refresh = query.get('offline_token') === 'true' ? await deps.tokens.issueRefreshToken(principal) : undefined;
  sendJson(exchange, answerOf(issued, refresh));
}

async function postToken(exchange: HttpExchange, deps: TokenEndpointDeps): Promise<void> {
  const { origin } = exchange;
  const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413, message: `A token request may have at most ${formBytes} bytes.` });
  const form = new URLSearchParams((await readBody(exchange, { watch: deps.watch, maxBytes: formBytes, tooLong })).toString('utf8'));
  if (form.get('grant_type') === deviceGrant) {
    const { pollDevice } = await import('./sign-in/device-endpoint.ts');
    return pollDevice(exchange, form, await deps.devices());
  }
  const principal = await principalOfGrant(form, exchange, deps);
  exchange.subject = actorOf(principal.subject);
  await admitSubject(exchange, principal, deps);
  requireService(form.get('service') ?? form.get('audience'), deps.service);
  const scopes = requireScopes(form.getAll('scope'));
  const issued = await deps.tokens.issue({ principal, scopes, address: origin.address });
  const given = form.get('refresh_token') ?? undefined;
  const refresh = given ?? (form.get('access_type') === 'offline' ? await deps.tokens.issueRefreshToken(principal) : undefined);
  const more = form.get('grant_type') === exchangeGrant ? exchanged : {};
  sendJson(exchange, { ...answerOf(issued, refresh), ...more, scope: form.getAll('scope').join(' ') });
}

async function principalOfGrant(form: URLSearchParams, exchange: HttpExchange, deps: TokenEndpointDeps): Promise<Principal> {
  const grant = form.get('grant_type');
  const from = loginFrom(exchange, form.getAll('scope'));
  if (grant === 'refresh_token') {
    return requirePrincipal(await deps.tokens.redeemRefreshToken(form.get('refresh_token') ?? ''), exchange, deps);
  }
  if (grant === 'password') {
    const credentials = Buffer.from(`${form.get('username') ?? ''}:${form.get('password') ?? ''}`).toString('base64');
    return requirePrincipal(await deps.authenticator.authenticate(`Basic ${credentials}`, from), exchange, deps);
  }
  if (grant === exchangeGrant) return requirePrincipal(await proveSubject(form, deps.authenticator, from), exchange, deps);
  const message = `grant_type must be 'password', 'refresh_token' or '${exchangeGrant}'.`;
  throw new RegistryError('UNSUPPORTED', { status: 400, message });
}

async function requirePrincipal(
  authentication: Authentication,
  exchange: HttpExchange,
  { auditor }: TokenEndpointDeps,
): Promise<Principal> {
  if (authentication.kind === 'principal') return comingFrom(authentication.principal, exchange.origin);
  if (authentication.kind === 'anonymous') return comingFrom(anonymous, exchange.origin);
  await auditRefusedLogin(auditor, exchange, authentication);
  if (authentication.reason === 'delayed') {
    const seconds = String(authentication.retryAfterSeconds ?? 1);
    throw new RegistryError('TOOMANYREQUESTS', {
      message: `Too many failed logins: wait ${seconds} seconds before the next try.`,
      headers: { 'Retry-After': seconds },
    });
  }
  throw new RegistryError('UNAUTHORIZED', {
    message:
      authentication.reason === 'second-factor'
        ? needsSecondFactorMessage
        : (foreignRefusalMessage(authentication) ?? 'User name or password are wrong.'),
    headers: { 'WWW-Authenticate': 'Basic realm="longshore"' },
  });
}

function requireService(asked: string | null, ours: string): void {
  if (asked === null || asked === '' || asked === ours) return;
  throw new RegistryError('DENIED', { status: 400, message: `Tokens are issued here for the service '${ours}' only.` });
}

function requireScopes(texts: readonly string[]): readonly Scope[] {
  const scopes = parseScopes(texts);
  if (scopes === undefined)
    throw new RegistryError('UNSUPPORTED', { status: 400, message: 'scope must read TYPE:NAME:ACTION[,ACTION...].' });
  return scopes;
}

/** Where a login comes from, with the project of every repository that is asked for, unless there are none, or of several. */
function loginFrom({ origin: { address, certificate } }: HttpExchange, texts: readonly string[]): Origin {
  const repositories = (parseScopes(texts) ?? []).filter(({ type }) => type === 'repository');
  const [project, ...others] = new Set(repositories.map(({ name }) => projectOf(name)));
  return { address, certificate, project: others.length > 0 ? undefined : project };
}

function answerOf(issued: IssuedToken, refresh: string | undefined): object {
  const { token, expiresInSeconds, issuedAt } = issued;
  return { token, access_token: token, expires_in: expiresInSeconds, issued_at: issuedAt, ...(refresh && { refresh_token: refresh }) };
}

function sendJson(exchange: HttpExchange, value: object, cacheControl = 'no-store'): void {
  sendBody(exchange, 200, 'application/json', JSON.stringify(value), ['Cache-Control', cacheControl]);
}
