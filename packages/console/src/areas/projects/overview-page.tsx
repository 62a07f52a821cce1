import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card, Descriptions, Flex } from 'antd';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PushCommands } from '../../widgets/push-commands.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { TagCount } from '../../widgets/tag-count.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, projectQuery, quotaQuery, useProjectName } from './project-queries.ts';
import { PromotionChain } from './promotion-chain.tsx';
import { QuotaBars } from './quota-bars.tsx';
import { useRight } from './use-right.ts';

/** What a project holds, uses, and where its images come from and go to. */
export function OverviewPage() {
  const project = useProjectName();
  const say = useTexts(projectsTexts);
  const mayPull = useRight('pull');
  const quota = useQuery({ ...quotaQuery(project), enabled: mayPull.allowed === true }).data;
  return (
    <Flex vertical gap="middle">
      {quota && <QuotaBars quota={quota.value} />}
      <Card size="small" title={say('chain')}>
        <PromotionChain project={project} />
      </Card>
      <Card size="small" title={say('repositories')}>
        <Repositories project={project} />
      </Card>
      <Card size="small" title={say('facts')}>
        <Facts project={project} />
      </Card>
    </Flex>
  );
}

function Repositories({ project }: { project: string }) {
  const say = useTexts(projectsTexts);
  const pages = usePages([...projectKey(project), 'repositories'], (at) =>
    api.GET('/api/v1/projects/{project}/repositories', { params: { path: { project }, query: { ...at, limit: 20 } } }),
  );
  return (
    <RecordTable
      label={say('repositories')}
      pages={pages}
      rowKey={({ name }) => name}
      empty={
        <EmptyState title={say('noRepositories')} description={say('pushFirst')}>
          <PushCommands repository={`${project}/alpine`} />
        </EmptyState>
      }
      columns={[
        {
          key: 'name',
          title: say('name'),
          render: ({ name }) => (
            <Link to="/repositories/$repository" params={{ repository: name }}>
              {name}
            </Link>
          ),
        },
        { key: 'tags', title: say('tags'), align: 'end', render: ({ tagCount }) => <TagCount count={tagCount} /> },
        { key: 'pushed', title: say('pushed'), render: ({ pushedAt }) => pushedAt && <TimeAgo at={pushedAt} /> },
        { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
      ]}
    />
  );
}

function Facts({ project }: { project: string }) {
  const say = useTexts(projectsTexts);
  const found = useQuery(projectQuery(project)).data?.value;
  if (found === undefined) return null;
  const { visibility, store, sizeBytes, createdAt, createdBy, expireAfterHours, allowedAddresses, deniedAddresses } = found;
  const items = [
    { key: 'visibility', label: say('visibility'), children: say(`${visibility}About`) },
    { key: 'store', label: say('store'), children: store },
    { key: 'size', label: say('size'), children: <SizeText bytes={sizeBytes} /> },
    { key: 'created', label: say('created'), children: <TimeAgo at={createdAt} /> },
    ...(createdBy === undefined ? [] : [{ key: 'by', label: say('createdBy'), children: actorName(createdBy) }]),
    ...(expireAfterHours === undefined
      ? []
      : [{ key: 'expires', label: say('expires'), children: say('expiresHours', { hours: expireAfterHours }) }]),
    ...(allowedAddresses === undefined ? [] : [{ key: 'allowed', label: say('allowed'), children: allowedAddresses.join(', ') }]),
    ...(deniedAddresses === undefined ? [] : [{ key: 'denied', label: say('denied'), children: deniedAddresses.join(', ') }]),
  ];
  return <Descriptions size="small" column={{ xs: 1, sm: 1, md: 2 }} items={items} />;
}
