import Type, { type Static } from 'typebox';
import type { Authorizer, Visibility } from '../../registry/ports/authorizer.ts';
import { type BrowseStore, type KeyedPage, mostSearched } from '../../registry/ports/browse-store.ts';
import type { SearchStore } from '../../registry/ports/search-store.ts';
import { projectOf } from '../../registry/project-name.ts';
import { searchText } from '../../registry/search-text.ts';
import { digest, projectName, repositoryName, tagName } from '../names.ts';
import { listedUntil, pageOf, pageQuery } from '../paging.ts';
import { ApiError } from '../problems.ts';
import { defineRoute, type Route } from '../route.ts';

const kinds = ['repository', 'tag', 'digest', 'label'] as const;
type Kind = (typeof kinds)[number];

const hit = Type.Object(
  {
    kind: Type.Unsafe<Kind>(Type.Enum([...kinds])),
    repository: repositoryName,
    project: projectName,
    tag: Type.Optional(tagName),
    digest: Type.Optional(digest),
    source: Type.Optional(Type.String({ description: 'Of a label: label or annotation.' })),
    matched: Type.Optional(Type.String({ description: 'Of a label: what begins with the term.' })),
  },
  { $id: 'SearchHit' },
);
type Hit = Static<typeof hit>;

const hits = Type.Object(
  {
    items: Type.Array(hit),
    next: Type.Optional(Type.String({ description: 'The cursor of the next page. Only with `kind`.' })),
    more: Type.Optional(
      Type.Array(Type.Unsafe<Kind>(Type.Enum([...kinds])), {
        description: 'Without `kind`: the kinds of which there is more than is shown.',
      }),
    ),
  },
  { $id: 'SearchHits' },
);

type Place = readonly [string, number, number];
const place = Type.Unsafe<Place>(Type.Tuple([Type.String(), Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]));
const digestPlace = Type.Unsafe<Place>(
  Type.Tuple([Type.String({ pattern: '^([0-9a-f]{2}){1,64}$' }), Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]),
);

/** What the operation asks. */
export type SearchSource = Pick<BrowseStore, 'searchRepositories'> & Pick<SearchStore, 'searchTags' | 'searchDigests' | 'searchLabels'>;

interface Asked {
  readonly store: SearchSource;
  readonly text: string;
  readonly visibility: Visibility;
}

interface Found {
  readonly items: Hit[];
  readonly next: Place | undefined;
}

/** `/search`: repositories, tags, digests, and images by their labels and annotations. */
export function searchRoute(store: SearchSource, authorizer: Authorizer): Route {
  return defineRoute({
    method: 'GET',
    path: '/search',
    operationId: 'search',
    summary: 'Repositories, tags, digests, and images by labels and annotations, of those that the caller may see; all by how they begin',
    tag: 'search',
    needs: 'anybody',
    query: {
      ...pageQuery,
      query: Type.String({
        minLength: 1,
        maxLength: 256,
        description:
          'The beginning of a word of a repository, of a tag, of a digest (six hexadecimal digits at least), of `key=value` or of a word of a value. ' +
          `${mostSearched} characters count.`,
        examples: ['nginx'],
      }),
      kind: Type.Optional(
        Type.Unsafe<Kind>(Type.Enum([...kinds], { description: 'Only these, page by page. Without: the first `limit` of each kind.' })),
      ),
    },
    responses: { 200: hits },
    handle: async (request) => {
      const { query: text, kind } = request.query;
      const asked = { store, text, visibility: await authorizer.visible(request.principal, 'list') };
      if (kind !== undefined) {
        const found = await searches[kind](asked, pageOf(request, kind === 'digest' ? digestPlace : place));
        return listedUntil(request, found.items, found.next);
      }
      if (request.query.cursor !== undefined) {
        throw new ApiError('invalid-cursor', { detail: 'Only a search for one kind goes on: name the kind, and begin without a cursor.' });
      }
      const page = { limit: request.query.limit ?? fewOfEach, after: undefined };
      const items: Hit[] = [];
      const more: Kind[] = [];
      for (const each of kinds) {
        const found = await searches[each](asked, page);
        items.push(...found.items);
        if (found.next !== undefined) more.push(each);
      }
      return { status: 200, body: { items, more } };
    },
  });
}

/** How many of each kind there are when nobody says. */
const fewOfEach = 10;

type Ask = (asked: Asked, page: KeyedPage<Place>) => Promise<Found>;

const nothing = { items: [], next: undefined };

const searches: Record<Kind, Ask> = {
  repository: async ({ store, text, visibility }, page) => {
    const term = text.toLowerCase();
    if (!new RegExp(`^[a-z0-9][a-z0-9._/-]{0,${mostSearched - 1}}$`).test(term)) return nothing;
    const found = await store.searchRepositories({ term, visibility }, page);
    return pageFrom(found, ({ name }) => ({ kind: 'repository', repository: name, project: projectOf(name) }));
  },
  tag: async ({ store, text, visibility }, page) => {
    if (!/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/.test(text)) return nothing;
    const found = await store.searchTags({ term: text, visibility }, page);
    return pageFrom(found, ({ repository, tag, digest: of }) => ({
      ...{ kind: 'tag', repository, project: projectOf(repository), tag, digest: of },
    }));
  },
  digest: async ({ store, text, visibility }, page) => {
    // As people copy it: with its algorithm, behind the name of a repository, or a part of it.
    const hex = /^(?:[^@]*@)?(?:sha(?:256|512):)?([0-9a-f]{6,128})$/.exec(text.toLowerCase())?.[1];
    if (hex === undefined) return nothing;
    const found = await store.searchDigests({ hex, visibility }, page);
    return pageFrom(found, ({ repository, digest: of }) => ({ kind: 'digest', repository, project: projectOf(repository), digest: of }));
  },
  label: async ({ store, text, visibility }, page) => {
    const term = searchText(text).slice(0, mostSearched);
    if (term === '') return nothing;
    const found = await store.searchLabels({ term, visibility }, page);
    return pageFrom(found, ({ repository, digest: of, source, matched }) => ({
      ...{ kind: 'label', repository, project: projectOf(repository), digest: of, source, matched },
    }));
  },
};

function pageFrom<T extends { readonly place: Place }>(
  { items, more }: { readonly items: readonly T[]; readonly more: boolean },
  show: (item: T) => Hit,
): Found {
  return { items: items.map(show), next: more ? items.at(-1)?.place : undefined };
}
