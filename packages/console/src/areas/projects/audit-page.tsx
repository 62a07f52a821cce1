import type { components } from '@longshore/api-client';
import { Button, DatePicker, Flex, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { webhooksTexts } from '../../i18n/webhooks-texts.ts';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import { WithRight } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

interface Filter {
  readonly actor?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: 'allowed' | 'denied';
  readonly span?: readonly [{ toISOString: () => string } | null, { toISOString: () => string } | null] | null;
}

/** Who did what in a project, and who was refused. */
export function AuditPage() {
  const say = useTexts(webhooksTexts);
  return (
    <>
      <PageHead title={say('audit')} about={say('auditAbout')} />
      <WithRight right={useRight('audit')}>
        <Log />
      </WithRight>
    </>
  );
}

/** What was filled in, as the API takes it. */
function queryOf({ actor = '', action = '', resource = '', outcome, span }: Filter) {
  const from = span?.[0]?.toISOString();
  const to = span?.[1]?.toISOString();
  return {
    ...(actor.trim() !== '' && { actor: actor.trim() }),
    ...(action.trim() !== '' && { action: action.trim() }),
    ...(resource.trim() !== '' && { resource: resource.trim() }),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function Log() {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const [filter, setFilter] = useState<ReturnType<typeof queryOf>>({});
  const pages = usePages([...projectKey(project), 'audit', filter], (at) =>
    api.GET('/api/v1/projects/{project}/audit', { params: { path: { project }, query: { ...at, ...filter, limit: 50 } } }),
  );
  return (
    <Flex vertical gap="middle">
      <AuditFilter onFilter={setFilter} />
      <RecordTable<components['schemas']['AuditEntry']>
        label={say('audit')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noEntries')} description={say('noEntriesNext')} />}
        expanded={(entry) => (
          <Flex vertical gap="small">
            <RegistryText text={entry.reason} />
            <CodeBlock text={JSON.stringify(entry, undefined, 2)} label={say('entry')} />
          </Flex>
        )}
        columns={[
          { key: 'at', title: say('at'), render: ({ at }) => <TimeAgo at={at} /> },
          { key: 'actor', title: say('actor'), render: ({ actor }) => actor },
          { key: 'action', title: say('action'), render: ({ action }) => <code>{action}</code> },
          { key: 'resource', title: say('resource'), render: ({ resource }) => resource.name },
          {
            key: 'outcome',
            title: say('outcome'),
            render: ({ outcome, count }) => (
              <>
                <Tag color={outcome === 'allowed' ? 'green' : 'red'}>{say(outcome)}</Tag>
                {count > 1 && say('times', { count })}
              </>
            ),
          },
        ]}
      />
    </Flex>
  );
}

function AuditFilter({ onFilter }: { onFilter: (filter: ReturnType<typeof queryOf>) => void }) {
  const say = useTexts(webhooksTexts);
  return (
    <Form<Filter> layout="inline" onFinish={(values) => onFilter(queryOf(values))} style={{ rowGap: 8 }}>
      <Form.Item name="actor" label={say('actor')}>
        <Input allowClear autoComplete="off" placeholder="user:1:alice" />
      </Form.Item>
      <Form.Item name="action" label={say('action')}>
        <Input allowClear autoComplete="off" placeholder="tag.moved" />
      </Form.Item>
      <Form.Item name="resource" label={say('resource')}>
        <Input allowClear autoComplete="off" />
      </Form.Item>
      <Form.Item name="outcome" label={say('outcome')}>
        <Select
          allowClear
          style={{ minWidth: 120 }}
          options={(['allowed', 'denied'] as const).map((value) => ({ value, label: say(value) }))}
        />
      </Form.Item>
      <Form.Item name="span" label={say('span')}>
        <DatePicker.RangePicker showTime allowEmpty={[true, true]} />
      </Form.Item>
      <Button htmlType="submit">{say('filter')}</Button>
    </Form>
  );
}
