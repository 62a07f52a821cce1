import type { Route } from '@longshore/oci';
import type { Action } from '../../registry/ports/authorizer.ts';
import { deleteBlob, getBlob, headBlob } from './blobs.ts';
import type { Handler } from './exchange.ts';
import { getBase, getCatalog, getExtensions, getReferrers, getTags } from './lists.ts';
import { deleteManifest, getManifest, headManifest, putManifest } from './manifests.ts';
import { deleteUpload, getUpload, patchUpload, postUploads, putUpload } from './uploads.ts';

/** What a request needs: an action on its repository (on the registry for lists), or `login`: a proved identity. */
export type Need = Extract<Action, 'pull' | 'push' | 'delete' | 'list'> | 'login';

export interface Endpoint<R extends Route> {
  readonly need: Need;
  readonly handle: Handler<R>;
}

export const methods = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

type RouteTable = { readonly [K in Route['kind']]: { readonly [M in Method]?: Endpoint<Extract<Route, { kind: K }>> } };

const base = { need: 'login', handle: getBase } as const;
const catalog = { need: 'list', handle: getCatalog } as const;
const tags = { need: 'pull', handle: getTags } as const;
const referrers = { need: 'pull', handle: getReferrers } as const;
const extensions = { need: 'login', handle: getExtensions } as const;
const repositoryExtensions = { need: 'pull', handle: getExtensions } as const;

/** The whole API (distribution specification, "Endpoints"): every route, its methods, and what each needs. */
export const routeTable: RouteTable = {
  base: { GET: base, HEAD: base },
  catalog: { GET: catalog, HEAD: catalog },
  tags: { GET: tags, HEAD: tags },
  referrers: { GET: referrers, HEAD: referrers },
  extensions: { GET: extensions, HEAD: extensions },
  'repository-extensions': { GET: repositoryExtensions, HEAD: repositoryExtensions },
  manifest: {
    GET: { need: 'pull', handle: getManifest },
    HEAD: { need: 'pull', handle: headManifest },
    PUT: { need: 'push', handle: putManifest },
    DELETE: { need: 'delete', handle: deleteManifest },
  },
  blob: {
    GET: { need: 'pull', handle: getBlob },
    HEAD: { need: 'pull', handle: headBlob },
    DELETE: { need: 'delete', handle: deleteBlob },
  },
  uploads: { POST: { need: 'push', handle: postUploads } },
  upload: {
    GET: { need: 'push', handle: getUpload },
    PATCH: { need: 'push', handle: patchUpload },
    PUT: { need: 'push', handle: putUpload },
    DELETE: { need: 'push', handle: deleteUpload },
  },
};

/** The endpoint of a route and method; undefined: 405, with the methods that there are. */
export function endpointOf<R extends Route>(route: R, method: string | undefined): Endpoint<R> | undefined {
  // The table is typed by kind; TypeScript cannot follow the lookup from a union, so it is said once, here.
  const row = routeTable[route.kind] as { readonly [M in Method]?: Endpoint<R> };
  return methods.some((known) => known === method) ? row[method as Method] : undefined;
}

export function methodsOf(route: Route): string {
  return Object.keys(routeTable[route.kind]).join(', ');
}
