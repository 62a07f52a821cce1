import { ApiError } from '../../management/problems.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { hasBody, readBody } from '../request-body.ts';
import type { TransferWatch } from '../transfer-watch.ts';
import { invalid } from './validation.ts';

const mostBytes = 1024 * 1024;

/** No body of this API is nested half as deep. */
const mostDepth = 32;

/** The JSON body of a request: at most 1 MiB, not nested deeper than 32. Throws `ApiError`. */
export async function readJson(exchange: HttpExchange, watch: TransferWatch): Promise<unknown> {
  const { request } = exchange;
  if (!hasBody(request)) throw invalid([{ pointer: '', detail: 'is missing' }]);
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ApiError('unsupported-media-type', { detail: 'Send the body as JSON, with Content-Type: application/json.' });
  }
  const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413, message: `A body may have at most ${mostBytes} bytes here.` });
  const text = (await readBody(exchange, { watch, maxBytes: mostBytes, tooLong })).toString('utf8');
  if (isDeep(text)) throw invalid([{ pointer: '', detail: `is nested deeper than ${mostDepth}` }]);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid([{ pointer: '', detail: 'is not JSON' }]);
    throw error;
  }
}

/** Whether brackets outside of strings open deeper than allowed. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > mostDepth) return true;
  }
  return false;
}
