import type { components } from '@longshore/api-client';
import { Form, Input, Select } from 'antd';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { webhooksTexts } from '../i18n/webhooks-texts.ts';
import { FormDialog } from './form-dialog.tsx';
import type { WebhookEvent } from './webhook-events.ts';

/** A webhook as the form has it. */
export interface WebhookValues {
  readonly name: string;
  readonly url: string;
  readonly events: WebhookEvent[];
  readonly repositories: string;
  readonly tags: string;
  readonly format: 'cloudevents' | 'docker';
  /** Empty: none, or the one that it has. */
  readonly secret?: string;
}

const fresh: Partial<WebhookValues> = { events: ['tag.created', 'tag.moved'], repositories: '**', tags: '*', format: 'cloudevents' };

/** The form of a webhook. `events`: those that happen where it is; `webhook`: the one that is changed. */
export function WebhookForm({
  events,
  webhook,
  onSubmit,
  onClose,
}: {
  events: readonly WebhookEvent[];
  webhook?: components['schemas']['Webhook'];
  onSubmit: (values: WebhookValues) => Promise<unknown>;
  onClose: () => void;
}) {
  const say = useTexts(webhooksTexts);
  const sayForm = useTexts(formsTexts);
  const required = { required: true, message: sayForm('required') };
  return (
    <FormDialog<WebhookValues>
      title={webhook === undefined ? say('newWebhook') : say('changeWebhook', { name: webhook.name })}
      submit={webhook === undefined ? sayForm('create') : sayForm('save')}
      initial={webhook ?? fresh}
      onSubmit={onSubmit}
      onClose={onClose}
      width={640}
    >
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input autoComplete="off" maxLength={128} />
      </Form.Item>
      <Form.Item
        name="url"
        label={say('url')}
        extra={say('urlHelp')}
        rules={[required, { pattern: /^https?:\/\//, message: say('urlHelp') }]}
      >
        <Input type="url" autoComplete="off" maxLength={2048} />
      </Form.Item>
      <Form.Item name="events" label={say('events')} extra={say('eventsHelp')}>
        <Select mode="multiple" options={events.map((value) => ({ value, label: value }))} />
      </Form.Item>
      <Form.Item name="repositories" label={say('repositories')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="tags" label={say('tags')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="format" label={say('format')}>
        <Select options={(['cloudevents', 'docker'] as const).map((value) => ({ value, label: say(`format.${value}`) }))} />
      </Form.Item>
      <Form.Item name="secret" label={say('secret')} extra={webhook?.hasSecret === true ? say('secretKept') : say('secretHelp')}>
        <Input.Password autoComplete="new-password" maxLength={256} />
      </Form.Item>
    </FormDialog>
  );
}

/** What the API takes: a secret only when one was typed. */
export function webhookBody({ secret = '', name, url, events, repositories, tags, format }: WebhookValues, enabled: boolean) {
  return { name, url, events, repositories, tags, format, enabled, ...(secret !== '' && { secret }) };
}
