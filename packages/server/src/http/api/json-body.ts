import { ApiError } from '../../management/problems.ts';
import { RegistryError } from '../../registry/registry-error.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { hasBody, readBody } from '../request-body.ts';
import type { TransferWatch } from '../transfer-watch.ts';
import { invalid } from './validation.ts';

const mostBytes = 1024 * 1024;

/** No body of this API is nested half as deep. */
const mostDepth = 32;

/** Nor has any half as many values; to parse and to refuse a million holds up every other request. */
const mostValues = 10_000;

/** The JSON body of a request: at most 1 MiB and 10,000 values, not nested deeper than 32. Throws `ApiError`. */
export async function readJson(exchange: HttpExchange, watch: TransferWatch): Promise<unknown> {
  const { request } = exchange;
  if (!hasBody(request)) throw invalid([{ pointer: '', detail: 'is missing' }]);
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ApiError('unsupported-media-type', { detail: 'Send the body as JSON, with Content-Type: application/json.' });
  }
  const tooLong = () => new RegistryError('SIZE_INVALID', { status: 413, message: `A body may have at most ${mostBytes} bytes here.` });
  const text = (await readBody(exchange, { watch, maxBytes: mostBytes, tooLong })).toString('utf8');
  const excess = excessOf(text);
  if (excess !== undefined) throw invalid([{ pointer: '', detail: excess }]);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid([{ pointer: '', detail: 'is not JSON' }]);
    throw error;
  }
}

/** What brackets and commas outside of strings show to be too much. */
function excessOf(text: string): string | undefined {
  let [depth, values, isQuoted] = [0, 1, false];
  // Not a regular expression: of a quote that nothing closes it would look for the end again and again.
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',') values += 1;
    if (depth > mostDepth) return `is nested deeper than ${mostDepth}`;
    if (values > mostValues) return `has more than ${mostValues} values`;
  }
  return undefined;
}
