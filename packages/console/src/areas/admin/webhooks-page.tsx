import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useVersion } from '../../api/version.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { type DeliverySource, WebhookDeliveries } from '../../widgets/webhook-deliveries.tsx';
import { registryEvents } from '../../widgets/webhook-events.ts';
import { WebhookForm, type WebhookValues, webhookBody } from '../../widgets/webhook-form.tsx';
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
  const [isChanging, setChanging] = useState(false);
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
      <Button size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </Button>
      {isChanging && <ChangeWebhook id={id} onClose={() => setChanging(false)} />}
      <Button size="small" loading={turning.isPending} onClick={() => turning.mutate()}>
        {say(enabled ? 'disable' : 'enable')}
      </Button>
      <ConfirmButton label={sayForm('delete')} title={say('deleteWebhook', { name })} onConfirm={remove}>
        {say('deleteWebhookLoses', { url })}
      </ConfirmButton>
    </Flex>
  );
}

function NewWebhook({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const make = async (values: WebhookValues) => {
    await api.POST('/api/v1/webhooks', { body: webhookBody(values, true) });
    await client.invalidateQueries({ queryKey: ['webhooks'] });
  };
  return <WebhookForm events={registryEvents} onSubmit={make} onClose={onClose} />;
}

function ChangeWebhook({ id, onClose }: { id: string; onClose: () => void }) {
  const client = useQueryClient();
  const path = { webhook: id };
  const found = useVersion(['webhooks', id], () => versionedOf(api.GET('/api/v1/webhooks/{webhook}', { params: { path } })));
  return (
    <Loaded query={found}>
      {({ value, etag }) => (
        <WebhookForm
          events={registryEvents}
          webhook={value}
          onSubmit={async (values) => {
            const params = { path, header: { 'If-Match': etag } };
            await api.PATCH('/api/v1/webhooks/{webhook}', { params, body: webhookBody(values, value.enabled) });
            await client.invalidateQueries({ queryKey: ['webhooks'] });
          }}
          onClose={onClose}
        />
      )}
    </Loaded>
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
