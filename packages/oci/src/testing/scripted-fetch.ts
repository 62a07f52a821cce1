import assert from 'node:assert/strict';
import type { FetchInit, RegistryFetch } from '../client/options.ts';

/** One request that must come next, and its answer. */
export interface Step {
  /** Method and URL, as `GET https://r.example/v2/`. */
  readonly request: string;
  /** Request headers to compare; undefined means that the header must be absent. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** The body the request must have, as text. */
  readonly body?: string;
  readonly status?: number;
  readonly answer?: Readonly<Record<string, string>>;
  readonly answerBody?: string | Uint8Array<ArrayBuffer>;
}

/** A fetch function that plays these steps in order and fails on anything else; `finish` fails when steps are left. */
export function scriptedFetch(steps: readonly Step[]): { readonly fetch: RegistryFetch; finish(): void } {
  let position = 0;
  return {
    async fetch(url, init) {
      const step = steps[position];
      position += 1;
      assert.equal(`${init.method} ${url}`, step?.request, `step ${position}`);
      assert.equal(init.redirect, 'manual');
      for (const [name, value] of Object.entries(step?.headers ?? {}))
        assert.equal(init.headers[name], value, `${name} of step ${position}`);
      if (step?.body !== undefined) assert.equal(await bodyText(init), step.body, `body of step ${position}`);
      const status = step?.status ?? 200;
      const hasBody = init.method !== 'HEAD' && status !== 204 && step?.answerBody !== undefined;
      return new Response(hasBody ? (step?.answerBody ?? null) : null, { status, headers: { ...step?.answer } });
    },
    finish: () => assert.equal(position, steps.length, 'not every expected request was made'),
  };
}

async function bodyText({ body }: FetchInit): Promise<string> {
  return body === undefined ? '' : new Response(body).text();
}
