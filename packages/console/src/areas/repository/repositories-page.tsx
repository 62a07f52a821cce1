import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Flex, Typography } from 'antd';
import { useMe } from '../../api/session.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { PushCommands } from '../../widgets/push-commands.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { TagCount } from '../../widgets/tag-count.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { type Repository, repositoriesQuery } from './queries.ts';
import type { RepositoriesSearch } from './repository-search.ts';

const route = getRouteApi('/repositories');

/** Repositories of a project, or of all. */
export function RepositoriesPage() {
  const say = useTexts(repositoryTexts);
  const { project, find }: RepositoriesSearch = route.useSearch();
  const me = useMe();
  const navigate = useNavigate();
  const query = useInfiniteQuery(repositoriesQuery({ project, find }));
  const columns: VirtualColumn<Repository>[] = [
    {
      key: 'name',
      title: say('name'),
      width: 'minmax(160px, 3fr)',
      cell: ({ name }) => (
        <Link to="/repositories/$repository" params={{ repository: name }} title={name} className="rows-name">
          {name}
        </Link>
      ),
    },
    { key: 'tags', title: say('tags'), width: 'minmax(52px, 90px)', align: 'end', cell: ({ tagCount }) => <TagCount count={tagCount} /> },
    {
      key: 'pushed',
      title: say('pushed'),
      width: 'minmax(110px, 1fr)',
      cell: ({ pushedAt }) => (pushedAt === undefined ? say('never') : <TimeAgo at={pushedAt} />),
    },
    { key: 'created', title: say('created'), width: 'minmax(110px, 1fr)', cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
    ...(project === undefined ? [projectColumn(say('project'))] : []),
  ];
  const onFind = (text: string) => {
    const next = { ...(project !== undefined && { project }), ...(text !== '' && { find: text }) };
    void navigate({ to: '/repositories', search: next, replace: true });
  };
  return (
    <Flex vertical gap="middle">
      <PageHeading title={project === undefined ? say('repositories') : say('repositoriesOf', { project })} />
      {project === undefined ? null : <Link to="/repositories">{say('allProjects')}</Link>}
      <SearchField label={say('find')} hint={say('findHint')} value={find ?? ''} onSearch={onFind} style={{ maxWidth: 420 }} />
      <VirtualTable
        label={say('repositories')}
        columns={columns}
        query={query}
        keyOf={({ name }) => name}
        minWidth={620}
        empty={
          find === undefined ? (
            <EmptyState title={say('noRepositories')}>
              <PushCommands repository={`${project ?? me?.name ?? 'NAME'}/alpine`} />
            </EmptyState>
          ) : (
            <Typography.Text>{say('noMatch', { text: find })}</Typography.Text>
          )
        }
      />
    </Flex>
  );
}

function projectColumn(title: string): VirtualColumn<Repository> {
  return {
    key: 'project',
    title,
    width: 'minmax(100px, 1fr)',
    cell: ({ project }) => (
      <Link to="/repositories" search={{ project }}>
        {project}
      </Link>
    ),
  };
}
