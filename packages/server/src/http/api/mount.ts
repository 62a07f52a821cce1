import type { Api, ApiDeps, LoadedApi } from './api.ts';

/** The management API. Its libraries and descriptions are loaded by the first request or by `load`, so that a registry without management never pays. */
export function createApi(deps: ApiDeps): LoadedApi {
  let building: Promise<Api> | undefined;
  const build = async (): Promise<Api> => {
    const { buildApi } = await import('./fastify-api.ts');
    const api = await buildApi(await deps.routes(), deps);
    await deps.onLoaded();
    return api;
  };
  const begin = (): Promise<Api> => {
    // A failure, such as too many open files, is not for ever.
    building ??= build().catch((error: unknown) => {
      building = undefined;
      throw error;
    });
    return building;
  };
  return {
    serve: async (exchange) => (await begin())(exchange),
    load: () => void begin().catch(() => undefined),
  };
}
