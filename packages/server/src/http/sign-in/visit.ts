import type { BrowserOrigin, OpenSession, SignInService } from '../../registry/ports/sign-in-service.ts';
import { isRecentSignIn } from '../../registry/recent-sign-in.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { HeaderList } from '../answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { readBody } from '../request-body.ts';
import { keepInBrowser, keptByBrowser } from './cookies.ts';
import { type Html, html, sendPage, sendRedirect } from './html.ts';
import { isOwnPage, isToken } from './own-page.ts';
import { homePath, returnPathOf } from './return-path.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { type Language, languageOf, type Words, words } from './words.ts';

const formBytes = 16 * 1024;

/** One request of a browser for a page. */
export class Visit {
  readonly exchange: HttpExchange;
  readonly deps: SignInDeps;
  readonly service: SignInService;
  readonly query: URLSearchParams;
  readonly language: Language;
  readonly words: Words;
  /** Empty until `readForm`. */
  form = new URLSearchParams();

  constructor(exchange: HttpExchange, deps: SignInDeps, service: SignInService) {
    this.exchange = exchange;
    this.deps = deps;
    this.service = service;
    this.query = new URLSearchParams(exchange.queryText);
    this.language = languageOf(this.query.get('lang'), exchange.request.headers['accept-language']);
    this.words = words[this.language];
  }

  get from(): BrowserOrigin {
    const { origin, userAgent = '', id } = this.exchange;
    return { address: origin.address, userAgent, requestId: id };
  }

  /** Where to go afterwards. */
  get returnTo(): string {
    return returnPathOf(this.form.get('returnTo') ?? this.query.get('returnTo'));
  }

  /** The session of this browser, if it is good. */
  async session(): Promise<OpenSession | undefined> {
    const secret = this.kept('session');
    return secret === undefined ? undefined : this.service.find(secret);
  }

  /** Whether this session may make credentials. */
  isRecent({ session }: OpenSession): boolean {
    return isRecentSignIn(session.provedAt, this.deps.clock());
  }

  kept(kind: 'session' | 'step'): string | undefined {
    return keptByBrowser(this.exchange, kind, this.deps.plainPublicUrl);
  }

  /** The header that keeps a value in the browser, or forgets it. */
  keep(kind: 'session' | 'step', value: string | undefined): HeaderList {
    return ['Set-Cookie', keepInBrowser(this.exchange, kind, value, this.deps.plainPublicUrl)];
  }

  /** Reads the form that a page of ours has sent; false, and answered, when it was none of ours. */
  async readForm(): Promise<boolean> {
    const { exchange, deps, words: say } = this;
    if (!isOwnPage(exchange)) return this.refuse(403, say.notOurs);
    // The browser would not keep the cookie, and people would see the same form again and again.
    const cookie = keepInBrowser(exchange, 'session', '', deps.plainPublicUrl);
    if (exchange.request.headers.origin?.startsWith('http:') && cookie.includes('; Secure')) return this.refuse(400, say.needsTls);
    const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413, message: `A form may have at most ${formBytes} bytes.` });
    const body = await readBody(exchange, { watch: deps.watch, maxBytes: formBytes, tooLong });
    this.form = new URLSearchParams(body.toString('utf8'));
    return true;
  }

  /** Whether the form carries the token of this session; answered when it does not. */
  isOfSession({ csrfToken }: OpenSession): boolean {
    return isToken(this.form.get('csrf') ?? undefined, csrfToken) || this.refuse(403, this.words.notOurs);
  }

  /** Sends a page that says what went wrong; answers false. */
  refuse(status: number, problem: string, more: HeaderList = []): false {
    this.page(status, this.words.signIn, html`<p class="problem">${problem}</p>${this.home()}`, more);
    return false;
  }

  page(status: number, title: string, body: Html, more: HeaderList = []): void {
    const { exchange, language, words: say } = this;
    const other = new URLSearchParams(this.query);
    other.set('lang', language === 'en' ? 'zh' : 'en');
    // What a form was sent to may answer to nothing else.
    const footer = exchange.method === 'POST' ? undefined : html`<footer><a href="?${other.toString()}">${say.other}</a></footer>`;
    sendPage(exchange, status, { title, language, body: html`${body}${footer}` }, more);
  }

  redirect(to: string, more: HeaderList = []): void {
    sendRedirect(this.exchange, to, more);
  }

  /** A path of ours in the language of this visit, with the way back. */
  path(path: string, returnTo = this.returnTo): string {
    const query = new URLSearchParams({ lang: this.language, ...(returnTo !== homePath && { returnTo }) });
    return `${path}?${query.toString()}`;
  }

  /** To the form for signing in, and back to this very page. */
  signInFirst(): void {
    const { path, queryText } = this.exchange;
    const here = this.exchange.method === 'POST' || queryText === undefined ? path : `${path}?${queryText}`;
    this.redirect(`${this.path('/auth/sign-in', returnPathOf(here))}&again=1`);
  }

  home(): Html {
    return html`<a class="button quiet" href="${this.path(homePath)}">${this.words.goOn}</a>`;
  }
}
