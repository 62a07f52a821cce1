import { RegistryError } from '../../registry/registry-error.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { changeSetUp, decideDevice, makeToken, showDevice, showSetUp, showTokens } from './account-pages.ts';
import { startDevice } from './device-endpoint.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import {
  finishProvider,
  showSecondFactor,
  showSignIn,
  showSignOut,
  signInByCode,
  signInByPassword,
  signOut,
  startProvider,
} from './sign-in-pages.ts';
import { Visit } from './visit.ts';

type Serve = (visit: Visit, name: string) => Promise<void>;

/** Every page, by the path behind `/auth/`; `*` is the name of a provider. */
const pages = new Map<string, { readonly GET?: Serve; readonly POST?: Serve }>(
  Object.entries({
    'sign-in': { GET: showSignIn, POST: signInByPassword },
    'sign-in/*': { GET: startProvider },
    'callback/*': { GET: finishProvider },
    'second-factor': { GET: showSecondFactor, POST: signInByCode },
    'second-factor/set-up': { GET: showSetUp, POST: changeSetUp },
    'sign-out': { GET: showSignOut, POST: signOut },
    tokens: { GET: showTokens, POST: makeToken },
    device: { GET: showDevice },
    // Who had to sign in first comes back to where the form was sent, by GET.
    'device/confirm': { GET: showDevice, POST: decideDevice },
  }),
);

/** One request below `/auth/` that is none of the token service. */
export async function serveSignIn(exchange: HttpExchange, deps: SignInDeps): Promise<void> {
  const { path, method } = exchange;
  exchange.route = 'sign-in';
  if (path === '/auth/device' && method === 'POST') return startDevice(exchange, deps);
  const [, area = '', name = ''] = /^\/auth\/(sign-in|callback)\/([a-z0-9-]{1,40})$/.exec(path) ?? [];
  const page = pages.get(area === '' ? path.slice('/auth/'.length) : `${area}/*`);
  if (page === undefined)
    throw new RegistryError('UNSUPPORTED', { status: 404, message: 'There is nothing here: people sign in at /auth/sign-in.' });
  const serve = method === 'POST' ? page.POST : method === 'GET' || method === 'HEAD' ? page.GET : undefined;
  if (serve === undefined) {
    const allow = Object.keys(page).join(', ');
    throw new RegistryError('UNSUPPORTED', { message: `Here works: ${allow}.`, headers: { Allow: allow } });
  }
  await serve(new Visit(exchange, deps, await deps.service()), name);
}
