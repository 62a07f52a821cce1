import { isJsonObject, member } from '../json-shape.ts';
import { readText } from './body.ts';
import { RegistryClientError } from './error.ts';

const maxErrorBytes = 64 * 1024;

/** The error for an answer with an unexpected status; reads (and so releases) its body. `registry`: its host, when it was the registry. */
export async function errorFromResponse(request: string, response: Response, registry?: string): Promise<RegistryClientError> {
  const errors = parseErrors(await readText(response, maxErrorBytes).catch(() => ''));
  const codes = errors.map(({ code }) => code);
  const said = errors.map(({ code, message }) => `${code}${message === '' ? '' : `: ${message}`}`).join('; ');
  const retryAfter = response.headers.get('retry-after') ?? '';
  return new RegistryClientError(`${request} answered ${response.status}${said === '' ? '' : ` (${said})`}`, {
    status: response.status,
    codes,
    ...(registry !== undefined && { registry }),
    ...(/^[0-9]{1,9}$/.test(retryAfter) ? { retryAfterSeconds: Number(retryAfter) } : {}),
  });
}

function parseErrors(text: string): readonly { readonly code: string; readonly message: string }[] {
  const body = parseJsonObject(text);
  const errors = body === undefined ? undefined : member(body, 'errors');
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 16).flatMap((entry: unknown) => {
    const code = isJsonObject(entry) ? member(entry, 'code') : undefined;
    const message = isJsonObject(entry) ? member(entry, 'message') : undefined;
    if (typeof code !== 'string' || !/^[A-Z_]{1,64}$/.test(code)) return [];
    return [{ code, message: typeof message === 'string' ? printable(message) : '' }];
  });
}

function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function printable(text: string): string {
  return text.slice(0, 200).replace(/\p{C}/gu, ' ');
}
