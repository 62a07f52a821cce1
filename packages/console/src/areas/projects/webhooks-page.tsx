import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { webhooksTexts } from '../../i18n/webhooks-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RightButton, WithRight } from '../../widgets/rights.tsx';
import { projectEvents } from '../../widgets/webhook-events.ts';
import { WebhookForm, type WebhookValues, webhookBody } from '../../widgets/webhook-form.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

/** Who is told of what happens in a project. */
export function WebhooksPage() {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const client = useQueryClient();
  const right = useRight('configure');
  const [isMaking, setMaking] = useState(false);
  const make = async (values: WebhookValues) => {
    await api.POST('/api/v1/projects/{project}/webhooks', { params: { path: { project } }, body: webhookBody(values, true) });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <>
      <PageHead title={say('webhooks')} about={say('webhooksAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newWebhook')}
        </RightButton>
      </PageHead>
      <WithRight right={right}>
        <Webhooks />
      </WithRight>
      {isMaking && <WebhookForm events={projectEvents} onSubmit={make} onClose={() => setMaking(false)} />}
    </>
  );
}

function Webhooks() {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const pages = usePages([...projectKey(project), 'webhooks'], (at) =>
    api.GET('/api/v1/projects/{project}/webhooks', { params: { path: { project }, query: { ...at, limit: 50 } } }),
  );
  return (
    <RecordTable<components['schemas']['Webhook']>
      label={say('webhooks')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<EmptyState title={say('noWebhooks')} description={say('noWebhooksNext')} />}
      columns={[
        {
          key: 'name',
          title: say('name'),
          render: ({ id, name }) => (
            <Link to="/projects/$project/webhooks/$webhook" params={{ project, webhook: id }}>
              {name}
            </Link>
          ),
        },
        { key: 'url', title: say('url'), render: ({ url }) => url },
        { key: 'events', title: say('events'), render: ({ events }) => (events.length === 0 ? say('allEvents') : events.join(', ')) },
        {
          key: 'state',
          title: say('state'),
          render: ({ enabled, disabledReason }) => (
            <>
              <Tag color={enabled ? 'green' : 'red'}>{enabled ? say('enabled') : say('disabled')}</Tag>
              {disabledReason}
            </>
          ),
        },
      ]}
    />
  );
}
