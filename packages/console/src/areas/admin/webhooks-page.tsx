import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { type DeliverySource, WebhookDeliveries } from '../../widgets/webhook-deliveries.tsx';
import { About } from './about.tsx';

type Webhook = components['schemas']['Webhook'];

/** Who hears of events in every project. */
export function WebhooksPage() {
  const say = useTexts(oversightTexts);
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(['webhooks'], (at) => api.GET('/api/v1/webhooks', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <About title={say('webhooks')} about={say('webhooksAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newWebhook')}
        </Button>
      </About>
      <RecordTable<Webhook>
        label={say('webhooks')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noWebhooks')} description={say('noWebhooksNext')} />}
        expanded={({ id }) => <WebhookDeliveries of={deliveriesOf(id)} />}
        columns={[
          { key: 'name', title: say('name'), render: ({ name }) => <strong>{name}</strong> },
          { key: 'url', title: say('url'), render: ({ url }) => <code className="admin-wrap">{url}</code> },
          { key: 'events', title: say('events'), render: ({ events }) => (events.length === 0 ? say('allEvents') : events.join(', ')) },
          {
            key: 'state',
            title: say('state'),
            render: ({ enabled, disabledReason }) => (
              <>
                <Tag color={enabled ? 'green' : 'red'}>{say(enabled ? 'enabled' : 'disabled')}</Tag>
                {disabledReason}
              </>
            ),
          },
          { key: 'do', title: '', align: 'end', render: (webhook) => <WebhookActions webhook={webhook} /> },
        ]}
      />
      {isMaking && <NewWebhook onClose={() => setMaking(false)} />}
    </>
  );
}

function WebhookActions({ webhook: { id, name, url, enabled, repositories, tags, format } }: { webhook: Webhook }) {
  const say = useTexts(oversightTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const params = { path: { webhook: id } };
  const asksAgain = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  const turning = useMutation({
    mutationFn: async () => {
      const { etag } = await versionedOf(api.GET('/api/v1/webhooks/{webhook}', { params }));
      const body = { repositories, tags, format, enabled: !enabled };
      await api.PATCH('/api/v1/webhooks/{webhook}', { params: { ...params, header: { 'If-Match': etag } }, body });
    },
    onSettled: asksAgain,
  });
  const testing = useMutation({ mutationFn: () => api.POST('/api/v1/webhooks/{webhook}/test', { params }), onSettled: asksAgain });
  const problem = turning.error ?? testing.error;
  const remove = async () => {
    await api.DELETE('/api/v1/webhooks/{webhook}', { params });
    await asksAgain();
  };
  return (
    <Flex gap="small" justify="end" wrap>
      {problem && <Problem error={problem} />}
      <Button size="small" loading={testing.isPending} disabled={!enabled} onClick={() => testing.mutate()}>
        {say('test')}
      </Button>
      <Button size="small" loading={turning.isPending} onClick={() => turning.mutate()}>
        {say(enabled ? 'disable' : 'enable')}
      </Button>
      <ConfirmButton label={sayForm('delete')} title={say('deleteWebhook', { name })} onConfirm={remove}>
        {say('deleteWebhookLoses', { url })}
      </ConfirmButton>
    </Flex>
  );
}

interface Values {
  readonly name: string;
  readonly url: string;
  readonly format: 'cloudevents' | 'docker';
  readonly secret?: string;
}

function NewWebhook({ onClose }: { onClose: () => void }) {
  const say = useTexts(oversightTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const make = async ({ secret, ...values }: Values) => {
    await api.POST('/api/v1/webhooks', { body: { ...values, repositories: '**', tags: '*', enabled: true, ...(secret && { secret }) } });
    await client.invalidateQueries({ queryKey: ['webhooks'] });
  };
  const required = { required: true, message: sayForm('required') };
  return (
    <FormDialog<Values>
      title={say('newWebhook')}
      submit={sayForm('create')}
      initial={{ format: 'cloudevents' }}
      onSubmit={make}
      onClose={onClose}
    >
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input autoComplete="off" maxLength={128} />
      </Form.Item>
      <Form.Item name="url" label={say('url')} extra={say('urlHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={2048} />
      </Form.Item>
      <Form.Item name="format" label={say('format')}>
        <Select
          options={[
            { value: 'cloudevents', label: 'CloudEvents' },
            { value: 'docker', label: 'Docker Distribution' },
          ]}
        />
      </Form.Item>
      <Form.Item name="secret" label={say('secret')} extra={say('secretHelp')}>
        <Input.Password autoComplete="off" maxLength={256} />
      </Form.Item>
    </FormDialog>
  );
}

function deliveriesOf(webhook: string): DeliverySource {
  const one = '/api/v1/webhooks/{webhook}/deliveries/{delivery}';
  return {
    key: ['webhooks', webhook],
    list: (query) => api.GET('/api/v1/webhooks/{webhook}/deliveries', { params: { path: { webhook }, query } }),
    find: (delivery) => api.GET(one, { params: { path: { webhook, delivery } } }),
    replay: (delivery) => api.POST(`${one}/replay`, { params: { path: { webhook, delivery } } }),
  };
}
