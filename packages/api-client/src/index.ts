import createClient, { type Client } from 'openapi-fetch';
import { ApiProblem } from './api-problem.ts';
import type { paths } from './openapi.ts';

export { ApiProblem } from './api-problem.ts';
export { eachItem } from './each-item.ts';
export type { components, operations, paths } from './openapi.ts';

/** How a request says who it is: a name with its password, or a personal access token or the secret of a robot. */
export type Credential = { readonly name: string; readonly password: string } | { readonly token: string };

/** Every operation, typed by its description: `api.GET('/api/v1/me')`. Whatever is refused rejects with `ApiProblem`. */
export type ApiClient = Client<paths>;

/** A client of the registry at `baseUrl`. Without `credential` it asks as anybody; `fetch` replaces the built-in one. */
export function createApiClient(options: {
  readonly baseUrl: string;
  readonly credential?: Credential;
  readonly fetch?: (request: Request) => Promise<Response>;
}): ApiClient {
  const { baseUrl, credential, fetch } = options;
  const client = createClient<paths>({
    baseUrl,
    pathSerializer: pathOf,
    headers: credential === undefined ? {} : { Authorization: authorization(credential) },
    ...(fetch !== undefined && { fetch }),
  });
  client.use({
    onResponse: async ({ response }) => {
      if (!response.ok) throw await ApiProblem.of(response);
    },
  });
  return client;
}

/** The path with its values. Throws for a value that is no segment: URLs drop it, and the request would be another operation. */
function pathOf(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name]);
    if (/^\.{0,2}$/.test(value)) throw new RangeError(`'${value}' is no ${name}`);
    return encodeURIComponent(value);
  });
}

function authorization(credential: Credential): string {
  if ('token' in credential) return `Bearer ${credential.token}`;
  const bytes = new TextEncoder().encode(`${credential.name}:${credential.password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
