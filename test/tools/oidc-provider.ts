import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import Provider, { type Configuration } from 'oidc-provider';
import { ensureSelfSigned } from '../../packages/server/src/http/tls/self-signed.ts';

/** Somebody whom the provider knows; everything but `sub` is a claim. */
export interface Person {
  readonly sub: string;
  readonly preferred_username?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[] | string;
}

/** A key with which tokens are signed, and what is published of it. */
interface SigningKey {
  readonly privateKey: KeyObject;
  readonly published: Readonly<Record<string, unknown>>;
}

/** What an ID token says. */
export type TokenClaims = Readonly<Record<string, unknown>>;

const clientId = 'longshore';
const clientSecret = 'a secret of the client, which is longer than it has to be';

/**
 * oidc-provider over TLS on loopback, which signs people in without asking. What it answers can be bent: tokens are signed here, by keys
 * that can be changed, after `bend` changed their claims.
 */
export class TestIdentityProvider {
  readonly issuer: string;
  readonly authorityFile: string;
  readonly clientSecretFile: string;
  readonly clientId = clientId;
  /** Whom the browser signs in as; undefined: the provider refuses (`access_denied`). */
  person: Person | undefined = { sub: 'id-of-alice', preferred_username: 'alice' };
  /** Whether claims come in the ID token, or from the UserInfo endpoint alone, as the specification has it. */
  claimsInToken = true;
  givesRefreshTokens = true;
  /** Whether the UserInfo endpoint takes its own access tokens. */
  givesUserInfo = true;
  /** Changes the claims of the next ID tokens. */
  bend: ((claims: TokenClaims) => TokenClaims) | undefined;
  /** How the next ID tokens are signed: `forged` by a key that is not published, `none` not at all. */
  signature: 'right' | 'forged' | 'none' = 'right';
  /** Called before each request is answered: what it awaits makes the provider slow. */
  before: ((path: string) => Promise<void>) | undefined;
  /** How often somebody had to prove who they are. */
  asked = 0;
  readonly #directory: string;
  readonly #server: Server;
  readonly #people = new Map<string, Person>();
  #key: SigningKey;
  #provider: Provider | undefined;

  private constructor(parts: { directory: string; authorityFile: string; server: Server; key: SigningKey }) {
    this.#directory = parts.directory;
    this.#server = parts.server;
    this.#key = parts.key;
    this.authorityFile = parts.authorityFile;
    this.clientSecretFile = join(parts.directory, 'client-secret');
    this.issuer = `https://127.0.0.1:${(parts.server.address() as AddressInfo).port}`;
  }

  /** Starts one; `callbacks` are the addresses that it may send browsers back to. */
  static async start(callbacks: readonly string[]): Promise<TestIdentityProvider> {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-idp-'));
    const { pairFile, authorityFile } = await ensureSelfSigned(directory, ['127.0.0.1'], new Date());
    const pair = await readFile(pairFile);
    const server = createServer({ cert: pair, key: pair });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const idp = new TestIdentityProvider({ directory, authorityFile, server, key: newKey('first') });
    await writeFile(idp.clientSecretFile, `${clientSecret}\n`);
    idp.allow(callbacks);
    server.on('request', (request, response) => void idp.#serve(request, response));
    return idp;
  }

  /** Sends browsers back to these addresses from now on; forgets who was signed in. */
  allow(callbacks: readonly string[]): void {
    const provider = new Provider(this.issuer, this.#configuration(callbacks));
    provider.use((context, next) => this.#bend(context, next));
    this.#provider = provider;
  }

  /** Signs with another key from now on, and publishes only that one. */
  rotateKeys(): void {
    this.#key = newKey(`after-${String(this.#key.published['kid'])}`);
  }

  /** Tells everybody who asks again that this person is not known any more. */
  forget(sub: string): void {
    this.#people.delete(sub);
  }

  /** Changes what is said of a person who signed in before. */
  change(person: Person): void {
    this.#people.set(person.sub, person);
  }

  /** Goes to an address as a browser does, up to the first one that is not the provider's. `cookies`: what it keeps for the next time. */
  async visit(address: string, cookies = new Map<string, string>()): Promise<URL> {
    let url = new URL(address);
    while (url.origin === this.issuer) {
      const { status, headers } = await this.#get(url, cookies);
      const location = headers.get('location');
      if (location === null) throw new Error(`the provider answered ${url.pathname} with ${status}`);
      url = new URL(location, url);
    }
    return url;
  }

  /** Confirms what the page at this address asks: whether to sign out. Answers where the browser is sent on to. */
  async signOut(address: string, cookies: Map<string, string>): Promise<URL> {
    const { text } = await this.#get(new URL(address), cookies);
    const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
    if (xsrf === undefined) throw new Error(`the provider does not ask whether to sign out: ${text}`);
    const { headers } = await this.#get(new URL('/session/end/confirm', this.issuer), cookies, `xsrf=${xsrf}&logout=yes`);
    return new URL(headers.get('location') ?? '', this.issuer);
  }

  /** Ends the server and removes its files. Idempotent. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** With the cookies of a browser, and what it is told to keep; a form goes by POST. */
  async #get(url: URL, cookies: Map<string, string>, form?: string): Promise<{ status: number; headers: Headers; text: string }> {
    const ca = await readFile(this.authorityFile);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const type = form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(url, { ca, method: form === undefined ? 'GET' : 'POST', headers: { cookie, ...type } });
    sent.end(form);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const headers = new Headers();
    for (const [name, values] of Object.entries(answer.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
    for (const kept of headers.getSetCookie()) {
      const [pair = ''] = kept.split(';');
      const at = pair.indexOf('=');
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return { status: answer.statusCode ?? 0, headers, text: await readText(answer) };
  }

  async #serve(...[request, response]: Parameters<ReturnType<Provider['callback']>>): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    await this.before?.(path);
    const provider = this.#provider;
    if (provider === undefined) throw new Error('not started');
    if (!path.startsWith('/interaction/')) return provider.callback()(request, response);
    this.asked += 1;
    const { person } = this;
    if (person !== undefined) this.#people.set(person.sub, person);
    const refusal = { error: 'access_denied', error_description: '<b>not</b> for you' };
    return provider.interactionFinished(request, response, person === undefined ? refusal : { login: { accountId: person.sub } });
  }

  #configuration(callbacks: readonly string[]): Configuration {
    return {
      clients: [
        {
          client_id: clientId,
          client_secret: clientSecret,
          redirect_uris: [...callbacks],
          post_logout_redirect_uris: callbacks.map((callback) => new URL('/auth/sign-out', callback).href),
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          id_token_signed_response_alg: 'RS256',
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
      findAccount: (_, sub) => {
        const person = this.#people.get(sub);
        return person && { accountId: sub, claims: () => ({ ...person }) };
      },
      loadExistingGrant: async ({ oidc }) => {
        const { accountId } = oidc.session ?? {};
        const { clientId: client } = oidc.client ?? {};
        if (accountId === undefined || client === undefined) return undefined;
        const grant = new oidc.provider.Grant({ accountId, clientId: client });
        grant.addOIDCScope('openid profile email offline_access');
        await grant.save();
        return grant;
      },
      issueRefreshToken: async () => this.givesRefreshTokens,
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      features: { devInteractions: { enabled: false } },
      cookies: { keys: ['for tests only'] },
      pkce: { required: () => true },
      ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, RefreshToken: 3600, Interaction: 600, Session: 3600, Grant: 3600 },
    };
  }

  async #bend(
    context: { readonly path: string; body: unknown; status: number; set(name: string, value: string): void },
    next: () => Promise<void>,
  ): Promise<void> {
    await next();
    if (context.path === '/me' && !this.givesUserInfo) {
      context.status = 401;
      context.set('www-authenticate', 'Bearer error="invalid_token"');
    }
    if (context.path === '/jwks') context.body = { keys: [this.#key.published] };
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === '/token' && typeof body?.id_token === 'string') context.body = { ...body, id_token: this.#resign(body.id_token) };
  }

  #resign(token: string): string {
    const own = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as TokenClaims;
    const person = this.claimsInToken ? this.#people.get(String(own['sub'])) : undefined;
    const claims = this.bend?.({ ...person, ...own }) ?? { ...person, ...own };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    if (this.signature === 'none') return `${encode({ alg: 'none' })}.${encode(claims)}.`;
    const { privateKey } = this.signature === 'forged' ? newKey('unpublished') : this.#key;
    const signed = `${encode({ alg: 'RS256', kid: this.#key.published['kid'] })}.${encode(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
  }
}

function newKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, published: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}
