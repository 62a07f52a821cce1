import { Button, Flex, Form, Input, Select } from 'antd';
import { useEffect } from 'react';
import { auditTexts } from '../i18n/audit-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { type AuditSearch, auditSearch } from './audit-search.ts';
import './audit.css';

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

/** What an audit log is searched by. The page keeps it in its address, so that it can be handed on. */
export function AuditConditions({ search, onSearch }: { search: AuditSearch; onSearch: (search: AuditSearch) => void }) {
  const say = useTexts(auditTexts);
  const [form] = Form.useForm();
  // The address changes by going back, too. The form itself stays, and with it the focus.
  useEffect(() => form.setFieldsValue(fieldsOf(search)), [form, search]);
  const go = (values: Record<string, string | undefined>) => {
    const instant = (text: string | undefined) => (text ? new Date(text).toISOString() : undefined);
    onSearch(auditSearch({ ...values, from: instant(values['from']), to: instant(values['to']) }));
  };
  return (
    <Form form={form} layout="vertical" onFinish={go} initialValues={fieldsOf(search)}>
      <div className="audit-fields">
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
