import type { components } from '@longshore/api-client';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Flex, Tabs, Typography } from 'antd';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { searchTexts } from '../../i18n/search-texts.ts';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { type Search, searchKinds } from './search-address.ts';

const route = getRouteApi('/search');

type Hit = components['schemas']['SearchHit'];
type Hits = components['schemas']['SearchHits'];

function searchQuery({ query, kind }: Search) {
  return infiniteQueryOptions({
    queryKey: ['search', query, kind],
    staleTime: Number.POSITIVE_INFINITY,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Hits | undefined) => page?.next,
    queryFn: async ({ pageParam, signal }): Promise<Hits | undefined> => {
      const page = kind === undefined ? {} : { kind, limit: 100, ...(pageParam !== undefined && { cursor: pageParam }) };
      return (await api.GET('/api/v1/search', { params: { query: { query, ...page } }, signal })).data;
    },
  });
}

/** What was found, across all projects. */
export function SearchPage() {
  const say = useTexts(searchTexts);
  const { query, kind }: Search = route.useSearch();
  const navigate = useNavigate();
  if (query === '') {
    return (
      <>
        <PageHeading title={say('title')} />
        <EmptyState title={say('ask')} />
      </>
    );
  }
  return (
    <Flex vertical gap="middle">
      <PageHeading title={say('results', { query })} />
      <Tabs
        activeKey={kind ?? 'all'}
        items={(['all', ...searchKinds] as const).map((key) => ({ key, label: say(key) }))}
        onChange={(key) => {
          const wanted = searchKinds.find((one) => one === key);
          void navigate({ to: '/search', search: { query, ...(wanted !== undefined && { kind: wanted }) } });
        }}
      />
      <Results key={`${kind} ${query}`} search={{ query, ...(kind !== undefined && { kind }) }} />
    </Flex>
  );
}

function Results({ search }: { search: Search }) {
  const say = useTexts(searchTexts);
  const found = useInfiniteQuery(searchQuery(search));
  const { hasNextPage, isFetching, fetchNextPage, error } = found;
  const isEmpty = found.data?.pages.every((page) => page?.items.length === 0) === true;
  useEffect(() => {
    // A page may show nothing and yet not be the last: what it looked through was not for these eyes.
    if (isEmpty && hasNextPage && !isFetching && error === null) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, error, fetchNextPage]);
  const more = found.data?.pages[0]?.more ?? [];
  const columns: VirtualColumn<Hit>[] = [
    { key: 'found', title: say('found'), width: 'minmax(260px, 3fr)', cell: (hit) => <FoundLink hit={hit} /> },
    { key: 'kind', title: say('kind'), width: 'minmax(150px, 1fr)', cell: ({ kind }) => say(`one.${kind}`) },
    {
      key: 'matched',
      title: say('matched'),
      width: 'minmax(160px, 2fr)',
      cell: ({ matched }) => (matched === undefined ? null : <span title={visibleText(matched)}>{visibleText(matched)}</span>),
    },
  ];
  return (
    <>
      <VirtualTable
        label={say('title')}
        columns={columns}
        query={found}
        keyOf={({ kind, repository, tag, digest, matched }) => [kind, repository, tag, digest, matched].join(' ')}
        minWidth={600}
        empty={<EmptyState title={say('nothing', { query: search.query })} description={say('nothingHelp')} />}
      />
      {more.length === 0 ? null : (
        <Typography.Text type="secondary">{say('moreOf', { kinds: more.map((kind) => say(kind)) })}</Typography.Text>
      )}
    </>
  );
}

function FoundLink({ hit: { repository, tag, digest } }: { hit: Hit }) {
  const reference = tag ?? digest;
  if (reference === undefined) {
    return (
      <Link to="/repositories/$repository" params={{ repository }}>
        {repository}
      </Link>
    );
  }
  return (
    <Link to="/repositories/$repository/images/$reference" params={{ repository, reference }}>
      {tag === undefined ? `${repository}@${shortDigest(reference)}` : `${repository}:${tag}`}
    </Link>
  );
}
