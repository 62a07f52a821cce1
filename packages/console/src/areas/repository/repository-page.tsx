import { DeleteOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Flex, Tabs } from 'antd';
import { useState } from 'react';
import { useMe } from '../../api/session.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { RefusedPage } from '../../widgets/refused-page.tsx';
import { RepositoryTrail } from '../../widgets/repository-trail.tsx';
import { RightButton, useRightIn } from '../../widgets/rights.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { DeleteRepository } from './delete-repository.tsx';
import { ManifestList } from './manifest-list.tsx';
import { PromotionList } from './promotion-list.tsx';
import { repositoryQuery } from './queries.ts';
import { type RepositorySearch, repositoryTabs } from './repository-search.ts';
import { TagHistory } from './tag-history.tsx';
import { TagList } from './tag-list.tsx';

const route = getRouteApi('/repositories/$repository');

/** One repository: its tags, everything in it, and what was promoted into it. */
export function RepositoryPage() {
  const say = useTexts(repositoryTexts);
  const { repository } = route.useParams();
  const { tab = 'tags', prefix, sort, history }: RepositorySearch = route.useSearch();
  const navigate = useNavigate();
  const found = useQuery(repositoryQuery(repository));
  if (found.error !== null) return <RefusedPage title={repository} error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  const change = (next: RepositorySearch) => void navigate({ to: '/repositories/$repository', params: { repository }, search: next });
  const filters = { ...(prefix !== undefined && { prefix }), ...(sort !== undefined && { sort }) };
  const contents = {
    tags: (
      <TagList
        // What is chosen there is of this repository.
        key={repository}
        repository={repository}
        prefix={prefix}
        sort={sort ?? 'name'}
        onFilter={change}
        onHistory={(tag) => change({ ...filters, history: tag })}
      />
    ),
    manifests: <ManifestList repository={repository} />,
    promotions: <PromotionList repository={repository} />,
  };
  return (
    <Flex vertical gap="middle">
      <Heading repository={repository} project={found.data.project} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        items={repositoryTabs.map((key) => ({ key, label: say(key), children: contents[key] }))}
        onChange={(key) => {
          const next = repositoryTabs.find((one) => one === key);
          change(next === undefined || next === 'tags' ? {} : { tab: next });
        }}
      />
      {history === undefined ? null : <TagHistory repository={repository} tag={history} onClose={() => change(filters)} />}
    </Flex>
  );
}

function Heading({ repository, project }: { repository: string; project: string }) {
  const say = useTexts(repositoryTexts);
  const me = useMe();
  const right = useRightIn({ repository }, 'delete');
  const [isDeleting, setDeleting] = useState(false);
  return (
    <Flex vertical gap="small">
      <RepositoryTrail project={project} />
      <PageHeading title={repository}>
        <Flex gap="small" align="center">
          <CopyButton text={`${window.location.host}/${repository}`} label={say('copyName')} />
          {me ? (
            <RightButton right={right} danger icon={<DeleteOutlined />} onClick={() => setDeleting(true)}>
              {say('deleteRepository')}
            </RightButton>
          ) : null}
        </Flex>
      </PageHeading>
      {isDeleting ? <DeleteRepository repository={repository} project={project} onClose={() => setDeleting(false)} /> : null}
    </Flex>
  );
}
