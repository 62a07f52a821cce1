import type { Config } from './config/schema.ts';
import { Origins } from './http/client-address.ts';
import { RequestRates } from './http/request-rates.ts';
import { clientNetwork } from './identity/client-network.ts';
import type { Metrics, RateLimit } from './observability/metrics.ts';

/** What bounds the requests of each address, those of them that log in, and of each account; undefined where nothing does. */
export interface Rates {
  readonly rates: RequestRates | undefined;
  readonly signInRates: RequestRates | undefined;
  readonly subjectRates: RequestRates | undefined;
}

/** The limits of the settings; each worker counts for itself. */
export function composeRates({ limits, trustedProxies, publicUrl }: Config, metrics: Metrics): Rates {
  const origins = new Origins(trustedProxies, publicUrl);
  const networkOf = (address: string) => (origins.isTrustedProxy(address) ? undefined : clientNetwork(address));
  const rates = (perSecond: number, limit: RateLimit, what: string, clientOf: (name: string) => string | undefined) =>
    perSecond === 0 ? undefined : new RequestRates({ perSecond, clientOf, what, onRefusal: () => metrics.refusedByRate(limit) });
  return {
    rates: rates(limits.requestsPerSecondPerAddress, 'address', 'requests a second from your address', networkOf),
    signInRates: rates(limits.signInsPerSecondPerAddress, 'sign-in', 'logins a second from your address', networkOf),
    subjectRates: rates(limits.requestsPerSecondPerSubject, 'subject', 'requests a second of your account', (subject) => subject),
  };
}
