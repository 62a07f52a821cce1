import { randomBytes } from 'node:crypto';
import { RegistryError } from '../../registry/registry-error.ts';
import { type HeaderList, sendBody } from '../answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { type BuiltConsole, type ConsoleFile, noncePlace, readConsole } from './built-console.ts';

/** Answers what is no other surface's: the console's page and its files. */
export type ServeConsole = (exchange: HttpExchange) => Promise<void>;

const common: HeaderList = [
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'same-origin',
  'Cross-Origin-Opener-Policy',
  'same-origin',
];

/**
 * Scripts of our own files alone, and styles of our own files or of this very page (components make some): whatever else gets into a page runs
 * nothing, loads nothing and sends nothing elsewhere (https://www.w3.org/TR/CSP3/).
 */
function policy(nonce: string): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** What the console needs. */
export interface ConsoleDeps {
  /** Where it was built; read by the first request for it. */
  readonly directory: string;
  /** Called when its page has been sent, whose first question to the API is on its way. */
  readonly onPage: () => void;
}

/** The console, which everybody may load: it shows what the API tells whoever looks. */
export function createConsole({ directory, onPage }: ConsoleDeps): ServeConsole {
  let reading: Promise<BuiltConsole> | undefined;
  return async (exchange) => {
    exchange.route = 'console';
    const file = isFilePath(exchange.path);
    const wantsPage = exchange.request.headers.accept?.includes('text/html') === true;
    if ((exchange.method !== 'GET' && exchange.method !== 'HEAD') || (!file && !wantsPage)) throw nothingHere();
    reading ??= readConsole(directory).then((built) => built ?? Promise.reject(notBuilt()));
    const built = await reading.catch((error: unknown) => {
      // The next request looks again.
      reading = undefined;
      throw error;
    });
    if (file) {
      const found = built.files.get(exchange.path);
      if (found === undefined) throw nothingHere();
      return sendFile(exchange, found);
    }
    const nonce = randomBytes(16).toString('base64');
    const headers = [...common, 'Content-Security-Policy', policy(nonce), 'X-Frame-Options', 'DENY', 'Cache-Control', 'no-store'];
    sendBody(exchange, 200, 'text/html; charset=utf-8', built.page.replaceAll(noncePlace, nonce), headers);
    onPage();
  };
}

/** Files have their content's hash in their names, except for the icon. */
function isFilePath(path: string): boolean {
  return path.startsWith('/assets/') || path === '/favicon.svg';
}

function sendFile(exchange: HttpExchange, { contentType, bytes, gzip, brotli }: ConsoleFile): void {
  const [encoding, body] =
    brotli !== undefined && takes(exchange, 'br')
      ? (['br', brotli] as const)
      : gzip !== undefined && takes(exchange, 'gzip')
        ? (['gzip', gzip] as const)
        : ([undefined, bytes] as const);
  const cache = exchange.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
  const headers = [...common, 'Cache-Control', cache, 'Vary', 'Accept-Encoding'];
  sendBody(exchange, 200, contentType, body, encoding === undefined ? headers : [...headers, 'Content-Encoding', encoding]);
}

/** Whether the client takes this encoding, which it names; with `q=0` it says that it does not (RFC 9110, section 12.5.3). */
function takes({ request }: HttpExchange, encoding: string): boolean {
  const offers = [request.headers['accept-encoding']].flat().join(',').toLowerCase().split(',');
  return offers.some((offer) => {
    const [name, ...parameters] = offer.split(';').map((part) => part.trim());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

function nothingHere(): RegistryError {
  return new RegistryError('UNSUPPORTED', { status: 404, message: 'There is nothing here: the registry API is at /v2/.' });
}

function notBuilt(): RegistryError {
  return new RegistryError('UNSUPPORTED', {
    status: 404,
    message:
      'The console has not been built: run `npm run build:console` in the checkout and load this page again. The registry works without it.',
  });
}
