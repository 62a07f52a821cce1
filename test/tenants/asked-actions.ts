import assert from 'node:assert/strict';
import type { Answer, SendOptions, TestClient } from '../protocol/http-client.ts';
import { digestOf, octets } from '../protocol/sample-content.ts';
import type { RepositoryState } from './repository-state.ts';

/** Where and as whom something is asked. */
export interface Asked {
  readonly client: TestClient;
  /** The value of Authorization below /v2/, and that for the API. */
  readonly data: string | undefined;
  readonly management: string | undefined;
  readonly project: string;
  readonly at: RepositoryState;
  readonly source: RepositoryState;
  /** The tag of which the rule is in question. */
  readonly tag: string;
  /** Never used before. */
  readonly unique: string;
}

type Ask = (asked: Asked) => Promise<Answer>;

function data({ client, at, data: authorization }: Asked, method: string, path: string, options: SendOptions = {}): Promise<Answer> {
  return client.send(method, `/v2/${at.repository}/${path}`, { authorization, ...options });
}

function api({ client, management: authorization }: Asked, method: string, path: string, body?: object, version?: string) {
  const headers = { ...(body && { 'content-type': 'application/json' }), ...(version !== undefined && { 'if-match': version }) };
  return client.send(method, `/api/v1${path}`, { authorization, headers, ...(body && { body: JSON.stringify(body) }) });
}

const manifest = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
const putNext = (asked: Asked, tag: string) =>
  data(asked, 'PUT', `manifests/${tag}`, { headers: manifest, body: asked.at.images['next'] ?? assert.fail() });
const below = ({ at }: Asked) => `/repositories/${encodeURIComponent(at.repository)}`;
const of = ({ project }: Asked) => `/projects/${project}`;

/** The blob of a push of one. */
export const uniqueBlob = (unique: string) => `blob ${unique}`;

/** How each action is asked, as docker and containerd ask the data path. */
export const asks: Readonly<Record<string, Ask>> = {
  'pull a manifest by tag': (asked) => data(asked, 'GET', `manifests/${asked.tag}`),
  'pull a manifest by digest': (asked) => data(asked, 'GET', `manifests/${asked.at.digestOf(asked.tag)}`),
  'look at a manifest': (asked) => data(asked, 'HEAD', `manifests/${asked.tag}`),
  'pull a blob': (asked) => data(asked, 'GET', `blobs/${asked.at.layer}`),
  'look at a blob': (asked) => data(asked, 'HEAD', `blobs/${asked.at.layer}`),
  'list tags': (asked) => data(asked, 'GET', 'tags/list'),
  'list referrers': (asked) => data(asked, 'GET', `referrers/${asked.at.digestOf(asked.tag)}`),
  'push a blob': async (asked) => {
    const bytes = uniqueBlob(asked.unique);
    const begun = await data(asked, 'POST', 'blobs/uploads/');
    if (begun.status !== 202) return begun;
    const path = String(begun.headers.location);
    const { client, data: authorization } = asked;
    return client.send('PUT', `${path}${path.includes('?') ? '&' : '?'}digest=${digestOf(bytes)}`, {
      headers: octets,
      body: bytes,
      authorization,
    });
  },
  'push a new tag': (asked) => putNext(asked, `${asked.tag}-${asked.unique}`),
  'move a tag': (asked) => putNext(asked, asked.tag),
  'delete a tag': (asked) => data(asked, 'DELETE', `manifests/${asked.tag}`),
  'delete a manifest': (asked) => data(asked, 'DELETE', `manifests/${asked.at.digestOf(asked.tag)}`),
  'mount a blob': (asked) => data(asked, 'POST', `blobs/uploads/?mount=${asked.source.loose}&from=${asked.source.repository}`),
  'read the repository': (asked) => api(asked, 'GET', below(asked)),
  'read tags': (asked) => api(asked, 'GET', `${below(asked)}/tags`),
  'read history of a tag': (asked) => api(asked, 'GET', `${below(asked)}/tags/${asked.tag}/history`),
  'read manifests': (asked) => api(asked, 'GET', `${below(asked)}/manifests`),
  'delete a tag by the API': (asked) => api(asked, 'DELETE', `${below(asked)}/tags/${asked.tag}`),
  'restore a tag': (asked) => api(asked, 'POST', `${below(asked)}/tags/${asked.tag}/restore`, { digest: asked.at.digestOf('next') }),
  promote: (asked) => {
    const from = { repository: asked.source.repository, tag: 'next' };
    return api(asked, 'POST', '/promotions', { from, to: { repository: asked.at.repository, tag: asked.tag } });
  },
  'read the project': (asked) => api(asked, 'GET', of(asked)),
  'read its repositories': (asked) => api(asked, 'GET', `${of(asked)}/repositories`),
  'read its tag rules': (asked) => api(asked, 'GET', `${of(asked)}/tag-rules`),
  'read its quota': (asked) => api(asked, 'GET', `${of(asked)}/quota`),
  'read its retention': (asked) => api(asked, 'GET', `${of(asked)}/retention`),
  'read its webhooks': (asked) => api(asked, 'GET', `${of(asked)}/webhooks`),
  'add a tag rule': (asked) => api(asked, 'POST', `${of(asked)}/tag-rules`, { tags: `of-${asked.unique}`, kind: 'immutable' }),
  'read its audit log': (asked) => api(asked, 'GET', `${of(asked)}/audit`),
  'read its robots': (asked) => api(asked, 'GET', `${of(asked)}/robots`),
  'read its members': (asked) => api(asked, 'GET', `${of(asked)}/members`),
  'change the project': (asked) => api(asked, 'PATCH', of(asked), { description: asked.unique }, '*'),
  'give the role reader': (asked) => {
    const subject = { kind: 'user', name: 'plain' };
    return api(asked, 'POST', `${of(asked)}/members`, { subject, role: 'reader', repositories: `nowhere/${asked.unique}` });
  },
  'read users': (asked) => api(asked, 'GET', '/users'),
  'read groups': (asked) => api(asked, 'GET', '/groups'),
  'read robots of the registry': (asked) => api(asked, 'GET', '/robots'),
  'read the whole audit log': (asked) => api(asked, 'GET', '/audit'),
  'raise a quota': (asked) => api(asked, 'PATCH', `${of(asked)}/quota`, { limitTags: 5 }, '"999999"'),
};
