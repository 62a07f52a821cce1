import type { Api, ApiDeps } from './api.ts';

/** The management API. Its libraries and descriptions are loaded by the first request, so that a registry without management never pays. */
export function createApi(deps: ApiDeps): Api {
  let building: Promise<Api> | undefined;
  const build = async (): Promise<Api> => {
    const { buildApi } = await import('./fastify-api.ts');
    return buildApi(await deps.routes(), deps);
  };
  return async (exchange) => {
    // A failure, such as too many open files, is not for ever.
    building ??= build().catch((error: unknown) => {
      building = undefined;
      throw error;
    });
    const serve = await building;
    return serve(exchange);
  };
}
