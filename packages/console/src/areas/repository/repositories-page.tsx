import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Flex, Typography } from 'antd';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { PushCommands } from './push-commands.tsx';
import { type ListedRepository, repositoriesQuery } from './queries.ts';
import type { RepositoriesSearch } from './repository-search.ts';

const route = getRouteApi('/repositories');

/** Repositories of a project, or of all. */
export function RepositoriesPage() {
  const say = useTexts(repositoryTexts);
  const { project, find }: RepositoriesSearch = route.useSearch();
  const navigate = useNavigate();
  const query = useInfiniteQuery(repositoriesQuery({ project, find }));
  const columns: VirtualColumn<ListedRepository>[] = [
    {
      key: 'name',
      title: say('name'),
      width: 'minmax(240px, 3fr)',
      cell: ({ name }) => (
        <Link to="/repositories/$repository" params={{ repository: name }} title={name}>
          {name}
        </Link>
      ),
    },
    ...(project === undefined ? [projectColumn(say('project'))] : timeColumns(say('pushed'), say('created'), say('never'))),
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
        minWidth={480}
        empty={
          find === undefined ? (
            <PushCommands title={say('noRepositories')} repository={`${project ?? 'library'}/app`} />
          ) : (
            <Typography.Text>{say('noMatch', { text: find })}</Typography.Text>
          )
        }
      />
    </Flex>
  );
}

function projectColumn(title: string): VirtualColumn<ListedRepository> {
  return {
    key: 'project',
    title,
    width: 'minmax(120px, 1fr)',
    cell: ({ project }) => (
      <Link to="/repositories" search={{ project }}>
        {project}
      </Link>
    ),
  };
}

function timeColumns(pushed: string, created: string, never: string): VirtualColumn<ListedRepository>[] {
  const time = (at: string | undefined) => (at === undefined ? never : <TimeAgo at={at} />);
  return [
    { key: 'pushed', title: pushed, width: 'minmax(110px, 1fr)', cell: ({ pushedAt }) => time(pushedAt) },
    { key: 'created', title: created, width: 'minmax(110px, 1fr)', cell: ({ createdAt }) => time(createdAt) },
  ];
}
