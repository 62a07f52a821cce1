import { RegistryError } from '../registry/registry-error.ts';
import type { HttpExchange } from './http-exchange.ts';

export interface ShapeLimits {
  /** Bytes of the path with its query string. */
  readonly urlBytes: number;
  readonly headers: number;
}

/** Refuses a request with too long an address (414) or too many headers (431), of which Node would leave some out. */
export function requireShape({ request }: HttpExchange, limits: ShapeLimits): void {
  const length = request.url?.length ?? 0;
  if (length > limits.urlBytes) {
    throw new RegistryError('SIZE_INVALID', {
      status: 414,
      message: `The address of this request has ${length} bytes; ${limits.urlBytes} are allowed. Ask for less at once.`,
    });
  }
  if (request.rawHeaders.length > limits.headers * 2) {
    throw new RegistryError('SIZE_INVALID', { status: 431, message: `A request may have ${limits.headers} headers: send fewer.` });
  }
}
