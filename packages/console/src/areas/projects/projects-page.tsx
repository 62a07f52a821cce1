import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Flex, Tag } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { signInPath, useMe } from '../../api/session.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';

import { SizeText } from '../../widgets/size-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { NewProject } from './new-project.tsx';
import type { Project } from './project-queries.ts';
import './projects.css';
import { SearchField } from '../../widgets/search-field.tsx';

/** The projects that may be seen, found by how their names begin. */
export function ProjectsPage() {
  const say = useTexts(projectsTexts);
  const me = useMe();
  const { language } = useLanguage();
  const navigate = useNavigate();
  const { q } = useSearch({ from: '/projects' });
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(['projects', q ?? '', me?.name], (at) =>
    api.GET('/api/v1/projects', { params: { query: { ...at, limit: 50, ...(q !== undefined && { q }) } } }),
  );
  const search = (text: string) => void navigate({ to: '/projects', search: text.trim() === '' ? {} : { q: text.trim() }, replace: true });
  const make = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {say('newProject')}
    </Button>
  );
  return (
    <Flex vertical gap="middle">
      <PageHeading title={say('title')}>{me ? make : null}</PageHeading>
      <SearchField label={say('filter')} value={q ?? ''} onSearch={search} style={{ maxWidth: 420 }} />
      <VirtualTable
        label={say('title')}
        query={pages}
        keyOf={({ name }) => name}
        empty={
          q !== undefined ? (
            <EmptyState title={say('noMatch', { q })} description={say('noMatchNext')} />
          ) : me ? (
            <EmptyState title={say('noProjects')} description={say('noProjectsNext')}>
              {make}
            </EmptyState>
          ) : (
            <EmptyState title={say('noProjects')} description={say('signInNext')}>
              <Button href={signInPath(language)}>{say('signIn')}</Button>
            </EmptyState>
          )
        }
        columns={useProjectColumns()}
      />
      {isMaking && <NewProject onClose={() => setMaking(false)} />}
    </Flex>
  );
}

function useProjectColumns(): readonly VirtualColumn<Project>[] {
  const say = useTexts(projectsTexts);
  return [
    {
      key: 'name',
      title: say('name'),
      width: '2fr',
      cell: ({ name }) => (
        <Link to="/projects/$project" params={{ project: name }}>
          {name}
        </Link>
      ),
    },
    { key: 'visibility', title: say('visibility'), width: '1fr', cell: ({ visibility }) => say(visibility) },
    {
      key: 'environment',
      title: say('environment'),
      width: '1.5fr',
      cell: ({ environment, promotesTo }) => (
        <>
          {environment && <Tag>{say(environment)}</Tag>} {promotesTo && say('promotesToName', { name: promotesTo })}
        </>
      ),
    },
    { key: 'size', title: say('size'), width: '1fr', align: 'end', cell: ({ sizeBytes }) => <SizeText bytes={sizeBytes} /> },
    { key: 'changed', title: say('changed'), width: '1fr', cell: ({ updatedAt }) => <TimeAgo at={updatedAt} /> },
  ];
}
