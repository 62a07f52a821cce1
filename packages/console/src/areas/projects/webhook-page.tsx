import type { components } from '@longshore/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Flex, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf, type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { webhooksTexts } from '../../i18n/webhooks-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { WithRight } from '../../widgets/rights.tsx';
import { type DeliverySource, WebhookDeliveries } from '../../widgets/webhook-deliveries.tsx';
import { projectEvents } from '../../widgets/webhook-events.ts';
import { WebhookForm, type WebhookValues, webhookBody } from '../../widgets/webhook-form.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

type Webhook = components['schemas']['Webhook'];

/** One webhook: where it goes, and what was delivered. */
export function WebhookPage() {
  return (
    <WithRight right={useRight('configure')}>
      <LoadedWebhook />
    </WithRight>
  );
}

function LoadedWebhook() {
  const project = useProjectName();
  const { webhook = '' } = useParams({ strict: false });
  const found = useQuery({
    queryKey: [...projectKey(project), 'webhook', webhook],
    queryFn: () => versionedOf(api.GET('/api/v1/projects/{project}/webhooks/{webhook}', { params: { path: { project, webhook } } })),
  });
  return <Loaded query={found}>{(shown) => <ShownWebhook webhook={shown} />}</Loaded>;
}

function deliveriesOf(project: string, webhook: string): DeliverySource {
  const path = { project, webhook };
  const one = '/api/v1/projects/{project}/webhooks/{webhook}/deliveries/{delivery}';
  return {
    key: [...projectKey(project), 'webhook', webhook],
    list: (query) => api.GET('/api/v1/projects/{project}/webhooks/{webhook}/deliveries', { params: { path, query } }),
    find: (delivery) => api.GET(one, { params: { path: { ...path, delivery } } }),
    replay: (delivery) => api.POST(`${one}/replay`, { params: { path: { ...path, delivery } } }),
  };
}

function ShownWebhook({ webhook }: { webhook: Versioned<Webhook> }) {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const { id, name, url, enabled, disabledReason } = webhook.value;
  return (
    <Flex vertical gap="middle">
      <div>
        <Link to="/projects/$project/webhooks" params={{ project }}>
          {say('webhooks')}
        </Link>
        <Flex justify="space-between" wrap gap="small" align="start">
          <div>
            <h2 style={{ margin: 0 }}>
              {name} {!enabled && <Tag color="red">{say('disabled')}</Tag>}
            </h2>
            <code style={{ overflowWrap: 'anywhere' }}>{url}</code>
          </div>
          <WebhookActions webhook={webhook} />
        </Flex>
      </div>
      {disabledReason && <Alert type="warning" showIcon title={say('disabled')} description={disabledReason} />}
      <h3 style={{ margin: 0 }}>{say('deliveries')}</h3>
      <WebhookDeliveries of={deliveriesOf(project, id)} />
    </Flex>
  );
}

function WebhookActions({ webhook: { value, etag } }: { webhook: Versioned<Webhook> }) {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isChanging, setChanging] = useState(false);
  const path = { project, webhook: value.id };
  const params = { path, header: { 'If-Match': etag } };
  const forget = () => client.invalidateQueries({ queryKey: projectKey(project) });
  const patch = async (body: components['schemas']['WebhookChange']) => {
    await api.PATCH('/api/v1/projects/{project}/webhooks/{webhook}', { params, body });
    await forget();
  };
  const test = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/projects/{project}/webhooks/{webhook}/test', { params: { path } })),
    onSuccess: forget,
  });
  const toggle = useMutation({ mutationFn: () => patch(webhookBody(value, !value.enabled)) });
  const remove = async () => {
    await api.DELETE('/api/v1/projects/{project}/webhooks/{webhook}', { params: { path } });
    await navigate({ to: '/projects/$project/webhooks', params: { project } });
    await forget();
  };
  const problem = test.error ?? toggle.error;
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap>
        <Button type="primary" loading={test.isPending} onClick={() => test.mutate()}>
          {say('test')}
        </Button>
        <Button onClick={() => setChanging(true)}>{sayForm('edit')}</Button>
        <Button loading={toggle.isPending} onClick={() => toggle.mutate()}>
          {value.enabled ? say('disable') : say('enable')}
        </Button>
        <ConfirmButton
          label={sayForm('delete')}
          title={say('deleteWebhook', { name: value.name })}
          onConfirm={remove}
          button={{ size: 'middle' }}
        >
          <p>{say('deleteWebhookLoses')}</p>
        </ConfirmButton>
      </Flex>
      {problem && <Problem error={problem} />}
      {isChanging && (
        <WebhookForm
          events={projectEvents}
          webhook={value}
          onSubmit={(values: WebhookValues) => patch(webhookBody(values, value.enabled))}
          onClose={() => setChanging(false)}
        />
      )}
    </Flex>
  );
}
