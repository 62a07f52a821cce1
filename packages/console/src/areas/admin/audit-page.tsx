import type { components } from '@longshore/api-client';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Select, Tag } from 'antd';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { oversight } from '../../i18n/en/oversight.ts';
import { dateTimeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ExportLink } from '../../widgets/export-link.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import { About } from './about.tsx';
import { type AuditSearch, auditSearch } from './audit-search.ts';

type Entry = components['schemas']['AuditEntry'];

type ResourceKind = keyof typeof oversight extends infer Key ? (Key extends `kind.${infer Kind}` ? Kind : never) : never;

/** Whether entries about such a thing have a name for it here; a newer registry may bring others. */
const isResourceKind = (kind: string): kind is ResourceKind => Object.hasOwn(oversight, `kind.${kind}`);

/** What was done and refused, searched on the server; the conditions are in the address, so that they can be handed on. */
export function AuditPage() {
  const say = useTexts(oversightTexts);
  const { language } = useLanguage();
  const search: AuditSearch = useSearch({ from: '/administration/audit' });
  const pages = usePages(['audit', search], (at) => api.GET('/api/v1/audit', { params: { query: { ...search, ...at, limit: 50 } } }));
  const query = new URLSearchParams(Object.entries(search)).toString();
  return (
    <>
      <About title={say('auditTitle')} about={say('auditAbout')}>
        <Flex gap="small" wrap>
          <ExportLink href={`/api/v1/audit/export/csv?${query}`}>{say('exportCsv')}</ExportLink>
          <ExportLink href={`/api/v1/audit/export/jsonl?${query}`}>{say('exportJson')}</ExportLink>
        </Flex>
      </About>
      <Conditions search={search} />
      <RecordTable<Entry>
        label={say('auditTitle')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noEntries')} description={say('noEntriesNext')} />}
        expanded={(entry) => <EntryDetail entry={entry} />}
        columns={[
          { key: 'at', title: say('at'), render: ({ at }) => dateTimeIn(language, at) },
          { key: 'actor', title: say('actor'), render: ({ actor }) => <span className="admin-wrap">{actor}</span> },
          {
            key: 'action',
            title: say('action'),
            render: ({ action, count }) => (count > 1 ? `${action}, ${say('count', { count })}` : action),
          },
          {
            key: 'what',
            title: say('resource'),
            render: ({ resource }) => (
              <span className="admin-wrap">{`${isResourceKind(resource.kind) ? say(`kind.${resource.kind}`) : resource.kind} ${resource.name}`}</span>
            ),
          },
          {
            key: 'outcome',
            title: say('outcome'),
            render: ({ outcome }) => <Tag color={outcome === 'denied' ? 'red' : 'green'}>{say(outcome)}</Tag>,
          },
        ]}
      />
    </>
  );
}

function EntryDetail({ entry: { reason, credential, address, requestId, detail } }: { entry: Entry }) {
  const say = useTexts(oversightTexts);
  const lines = [
    [say('credential'), credential],
    [say('address'), address],
    [say('request'), requestId],
    [say('detail'), Object.keys(detail).length === 0 ? undefined : JSON.stringify(detail)],
  ] as const;
  return (
    <>
      <div className="admin-wrap">
        {say('reason')}
        {say('colon')}
        <RegistryText text={reason} />
      </div>
      {lines.map(
        ([label, value]) =>
          value !== undefined && (
            <div key={label} className="admin-wrap">
              {label}
              {say('colon')}
              <code>{value}</code>
            </div>
          ),
      )}
    </>
  );
}

/** The value of `<input type="datetime-local">`, in the time zone of whoever looks. */
function localTime(at: string | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Every field; those that nothing is looked for in are empty. */
const fieldsOf = ({ actor, action, resource, outcome, from, to }: AuditSearch) => {
  return { actor, action, resource, outcome, from: localTime(from), to: localTime(to) };
};

function Conditions({ search }: { search: AuditSearch }) {
  const say = useTexts(oversightTexts);
  const navigate = useNavigate();
  const [form] = Form.useForm();
  // The address changes by going back, too. The form itself stays, and with it the focus.
  useEffect(() => form.setFieldsValue(fieldsOf(search)), [form, search]);
  const go = (values: Record<string, string | undefined>) => {
    const instant = (text: string | undefined) => (text ? new Date(text).toISOString() : undefined);
    void navigate({
      to: '/administration/audit',
      search: auditSearch({ ...values, from: instant(values['from']), to: instant(values['to']) }),
    });
  };
  return (
    <Form form={form} layout="vertical" onFinish={go} initialValues={fieldsOf(search)}>
      <div className="admin-fields">
        <Form.Item name="actor" label={say('actor')}>
          <Input allowClear placeholder={say('actorHelp')} maxLength={512} />
        </Form.Item>
        <Form.Item name="action" label={say('action')}>
          <Input allowClear placeholder={say('actionHelp')} maxLength={100} />
        </Form.Item>
        <Form.Item name="resource" label={say('resource')}>
          <Input allowClear placeholder={say('resourceHelp')} maxLength={512} />
        </Form.Item>
        <Form.Item name="outcome" label={say('outcome')}>
          <Select
            allowClear
            placeholder={say('any')}
            options={(['allowed', 'denied'] as const).map((value) => ({ value, label: say(value) }))}
          />
        </Form.Item>
        <Form.Item name="from" label={say('fromTime')}>
          <Input type="datetime-local" />
        </Form.Item>
        <Form.Item name="to" label={say('toTime')}>
          <Input type="datetime-local" />
        </Form.Item>
      </div>
      <Flex gap="small" style={{ marginBottom: 16 }}>
        <Button type="primary" htmlType="submit">
          {say('search')}
        </Button>
        <Button onClick={() => go({})}>{say('clear')}</Button>
      </Flex>
    </Form>
  );
}
