import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import tls from 'node:tls';
import { type Surroundings, UsageError } from '../command.ts';

/** A proxy that requests go through, and the variable that names it. */
export interface UsedProxy {
  readonly variable: string;
  readonly url: URL;
}

type Environment = Surroundings['environment'];

/** No proxy reaches the machine that asks it. */
const thisMachine = ['localhost', '.localhost', '127.0.0.1', '[::1]'];

function proxyVariable(protocol: string, environment: Environment): string | undefined {
  // As in Node, HTTPS goes by the proxy for HTTP where it has none of its own.
  const names = ['http_proxy', 'HTTP_PROXY'];
  return [...(protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : []), ...names].find((name) => (environment[name] ?? '') !== '');
}

function noProxyOf(environment: Environment): string {
  const given = (environment['no_proxy'] || environment['NO_PROXY'] || '').trim();
  // `*` means every host, and only by itself.
  return given === '*' ? given : [...(given === '' ? [] : [given]), ...thisMachine].join(',');
}

/** The proxy that requests to a URL go through; undefined: none. Throws a UsageError for one that is none. */
export function proxyFor(url: URL, environment: Environment): UsedProxy | undefined {
  const variable = proxyVariable(url.protocol, environment);
  if (variable === undefined || isExempt(url, noProxyOf(environment))) return undefined;
  const proxy = URL.parse(environment[variable] ?? '');
  // The value may hold a password, so it is not repeated.
  if (proxy === null || !/^https?:$/.test(proxy.protocol))
    throw new UsageError(`${variable} is not the address of an HTTP proxy, like http://proxy.example:3128`);
  return { variable, url: proxy };
}

/** NO_PROXY as Node's fetch reads it: names, `.suffix` or `*.suffix`, each perhaps with a port; networks (10.0.0.0/8) mean nothing to it. */
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  if (noProxy === '*') return true;
  const meant = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return noProxy.split(/[,\s]+/).some((entry) => {
    const [, name = entry, only = meant] = /^(.+):(\d+)$/.exec(entry) ?? [];
    const host = name.toLowerCase();
    return only === meant && (/^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, '')) : hostname === host);
  });
}

/** What Node says of a certificate that none of its authorities vouches for. */
const untrusted: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * A fetch that goes as the machine is set up: through the proxies of the environment, and trusting the machine's own authorities. Those are
 * read, which takes a tenth of a second, when a certificate asks for them; until then nothing but a handshake has left this machine.
 */
export function machineFetch(environment: Environment): typeof fetch {
  let isReady = false;
  return async (input, init) => {
    if (!isReady) useProxies(environment);
    isReady = true;
    const url = new URL(input instanceof Request ? input.url : input);
    const proxy = proxyFor(url, environment);
    const ask = () => (proxy === undefined ? fetch(input, init) : throughProxy(fetch(input, init), url, proxy));
    try {
      return await ask();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
      if (cause === undefined || !('code' in cause) || !untrusted.has(cause.code) || !trust([])) throw error;
      return ask();
    }
  };
}

/** How often a proxy may take a connection and close it without a word before it is told. */
const mostClosed = 5;

/** Node's fetch connects anew without end where a proxy closes the connection instead of answering CONNECT: this has an end. */
async function throughProxy(asked: Promise<Response>, { host }: URL, { url, variable }: UsedProxy): Promise<Response> {
  let [closed, giveUp] = [0, (_error: Error) => {}];
  const count = (message: unknown): void => {
    const { connectParams, error } = message as { readonly connectParams: { host?: string }; readonly error: { code?: string } };
    if (connectParams.host !== host || error.code !== 'UND_ERR_SOCKET') return;
    closed += 1;
    const cause = new Error(`the proxy ${url.host} (${variable}) closes connections without an answer`);
    if (closed === mostClosed) giveUp(new TypeError('fetch failed', { cause }));
  };
  subscribe(connectErrors, count);
  const givenUp = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  return Promise.race([asked, givenUp]).finally(() => unsubscribe(connectErrors, count));
}

const connectErrors = 'undici:client:connectError';

/** Lets every request of this process go through the proxies of the environment. */
function useProxies(environment: Environment): void {
  const variables = ['http:', 'https:'].map(
    (protocol) => [`${protocol.slice(0, -1)}_proxy`, proxyVariable(protocol, environment)] as const,
  );
  const proxies = variables.flatMap(([name, variable]) => (variable === undefined ? [] : [[name, environment[variable]] as const]));
  if (proxies.length > 0) http.setGlobalProxyFromEnv({ ...Object.fromEntries(proxies), no_proxy: noProxyOf(environment) });
}

/** Trusts authorities (PEM) for the rest of this process, besides those of Node and of the machine; false when all were trusted before. */
export function trust(authorities: readonly string[]): boolean {
  const before = tls.getCACertificates('default');
  const all = new Set([...before, ...tls.getCACertificates('system'), ...authorities]);
  if (all.size === before.length) return false;
  tls.setDefaultCACertificates([...all]);
  return true;
}
