import { PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Card, Checkbox, Flex, Form, Input, InputNumber } from 'antd';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { CardGrid } from '../../widgets/card-grid.tsx';
import { StandingForm } from '../../widgets/standing-form.tsx';
import { useProjectName } from './project-queries.ts';
import { RetentionPreview } from './retention-preview.tsx';
import { retentionQuery } from './retention-query.ts';
import { RetentionRuleFields } from './retention-rule-fields.tsx';
import { newPolicy, newRule, type PolicyValues, type RetentionPolicy, termsOf, valuesOf } from './retention-terms.ts';

/** What is filled in before there is a policy. */
const begun = { value: newPolicy, etag: '' };

/** The policy as a form, with what it would remove beside it while it is filled in. Nothing is removed before it is saved. */
export function RetentionForm({ policy }: { policy?: Versioned<RetentionPolicy> }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [form] = Form.useForm<PolicyValues>();
  const values = Form.useWatch((all: PolicyValues) => all, form);
  const { queryKey } = retentionQuery(project);
  const save = async (wanted: PolicyValues, etag: string) => {
    const params = { path: { project }, header: policy === undefined ? {} : { 'If-Match': etag } };
    const changed = await versionedOf(api.PUT('/api/v1/projects/{project}/retention', { params, body: termsOf(wanted) }));
    client.setQueryData(queryKey, changed);
    return changed.etag;
  };
  return (
    <CardGrid>
      <Card size="small" title={say('policy')}>
        <StandingForm<PolicyValues>
          form={form}
          stored={policy === undefined ? begun : { value: valuesOf(policy.value), etag: policy.etag }}
          onSave={save}
          onReload={() => client.refetchQueries({ queryKey }, { throwOnError: true })}
          button={(isBusy) => (
            <Button type="primary" htmlType="submit" loading={isBusy}>
              {say('savePolicy')}
            </Button>
          )}
        >
          <p>{say('rulesHelp')}</p>
          <Rules />
          <Form.Item name="untaggedDays" label={say('untaggedDays')} extra={say('untaggedHelp')} style={{ marginTop: 16 }}>
            <InputNumber min={0} max={36_500} precision={0} />
          </Form.Item>
          <Form.Item
            name="schedule"
            label={say('schedule')}
            extra={say('scheduleHelp')}
            rules={[{ required: true, message: sayForm('required') }]}
          >
            <Input autoComplete="off" maxLength={100} />
          </Form.Item>
          <Form.Item name="allowEmpty" valuePropName="checked">
            <Checkbox>{say('allowEmpty')}</Checkbox>
          </Form.Item>
        </StandingForm>
      </Card>
      <Card size="small" title={say('preview')}>
        {values?.rules !== undefined && <RetentionPreview values={values} />}
      </Card>
    </CardGrid>
  );
}

function Rules() {
  const say = useTexts(rulesTexts);
  return (
    <Form.List name="rules">
      {(fields, { add, remove }) => (
        <Flex vertical gap="small">
          {fields.map(({ key, name }) => (
            <RetentionRuleFields key={key} index={name} onRemove={() => remove(name)} />
          ))}
          <Button icon={<PlusOutlined />} onClick={() => add(newRule)}>
            {say('addRule')}
          </Button>
        </Flex>
      )}
    </Form.List>
  );
}
