import type { DeviceAnswer, DeviceService } from '../../registry/ports/sign-in-service.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import { sendBody } from '../answer.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { readBody } from '../request-body.ts';
import { isOwnPage } from './own-page.ts';
import type { SignInDeps } from './sign-in-deps.ts';

const formBytes = 4096;

/** `POST /auth/device`: a device asks to be let in (RFC 8628 section 3.1); `client_id` is what it calls itself. */
export async function startDevice(exchange: HttpExchange, deps: SignInDeps): Promise<void> {
  // Or else any page that somebody looks at could use up the places of their network. Devices are no browsers, and say nothing of pages.
  if (exchange.request.headers.origin !== undefined && !isOwnPage(exchange)) {
    throw new RegistryError('DENIED', { message: 'A page of another site cannot ask for a device to be let in: the device asks itself.' });
  }
  const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413, message: `This form may have at most ${formBytes} bytes.` });
  const body = await readBody(exchange, { watch: deps.watch, maxBytes: formBytes, tooLong });
  const name = new URLSearchParams(body.toString('utf8')).get('client_id')?.trim() ?? '';
  if (!/^\P{Cc}{1,100}$/u.test(name)) {
    return sendError(exchange, 'invalid_request', 'client_id must name the device in 1 to 100 printable characters.');
  }
  const { devices } = await deps.service();
  const started = await devices.start(name, exchange.origin.address);
  if (started === undefined) {
    throw new RegistryError('TOOMANYREQUESTS', {
      message: 'Too many devices wait already, of this network or in all: try again in ten minutes.',
      headers: { 'Retry-After': '600' },
    });
  }
  const page = `${exchange.origin.baseUrl}/auth/device`;
  sendJson(exchange, 200, {
    device_code: started.deviceCode,
    user_code: started.userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${started.userCode}`,
    expires_in: started.expiresInSeconds,
    interval: started.intervalSeconds,
  });
}

/** A device asks for its token (RFC 8628 section 3.4): a personal access token, with the name of the user whom it goes with. */
export async function pollDevice(exchange: HttpExchange, form: URLSearchParams, devices: DeviceService): Promise<void> {
  const from = { address: exchange.origin.address, requestId: exchange.id };
  const answer = await devices.poll(form.get('device_code') ?? '', from);
  if (answer.kind !== 'token') return sendError(exchange, ...errors[answer.kind]);
  const { token, userName, expiresInSeconds } = answer;
  sendJson(exchange, 200, { access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, username: userName });
}

const errors: Readonly<Record<Exclude<DeviceAnswer['kind'], 'token'>, readonly [code: string, message: string]>> = {
  pending: ['authorization_pending', 'Nobody has let this device in yet: ask again after the interval.'],
  'slow-down': ['slow_down', 'This came too early: wait five seconds longer between requests from now on.'],
  denied: ['access_denied', 'This device was denied: begin anew if that was a mistake.'],
  expired: ['expired_token', 'This device code is over or never was: begin anew.'],
};

function sendError(exchange: HttpExchange, error: string, description: string): void {
  sendJson(exchange, 400, { error, error_description: description });
}

function sendJson(exchange: HttpExchange, status: number, value: object): void {
  sendBody(exchange, status, 'application/json', JSON.stringify(value), ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff']);
}
