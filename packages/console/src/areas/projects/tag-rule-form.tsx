import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Radio, Select } from 'antd';
import type { Versioned } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { projectKey, useProjectName } from './project-queries.ts';

interface Values {
  readonly tags: string;
  readonly repositories: string;
  readonly kind: 'immutable' | 'protected';
  readonly roles?: string[];
}

/** Makes a rule over tags, or changes `rule`. */
export function TagRuleForm({ rule, onClose }: { rule?: Versioned<components['schemas']['TagRule']>; onClose: () => void }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const required = { required: true, message: sayForm('required') };
  const send = async ({ roles = [], ...values }: Values) => {
    const body = { ...values, roles: values.kind === 'protected' ? roles : [] };
    if (rule === undefined) await api.POST('/api/v1/projects/{project}/tag-rules', { params: { path: { project } }, body });
    else {
      const params = { path: { project, rule: rule.value.id }, header: { 'If-Match': rule.etag } };
      await api.PATCH('/api/v1/projects/{project}/tag-rules/{rule}', { params, body });
    }
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <FormDialog<Values>
      title={rule === undefined ? say('newTagRule') : say('changeTagRule')}
      submit={rule === undefined ? sayForm('create') : sayForm('save')}
      initial={rule?.value ?? { tags: 'v*', repositories: '**', kind: 'immutable' }}
      onSubmit={send}
      onClose={onClose}
    >
      <Form.Item name="tags" label={say('tags')} extra={say('tagsHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={128} />
      </Form.Item>
      <Form.Item name="repositories" label={say('repositories')} extra={say('repositoriesHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="kind" label={say('kind')}>
        <Radio.Group
          style={{ display: 'flex', flexDirection: 'column', gap: 4 }}
          options={(['immutable', 'protected'] as const).map((value) => ({ value, label: say(`${value}About`) }))}
        />
      </Form.Item>
      <Form.Item noStyle dependencies={['kind']}>
        {({ getFieldValue }) =>
          getFieldValue('kind') === 'protected' && (
            <Form.Item name="roles" label={say('roles')} extra={say('rolesHelp')}>
              <Select mode="tags" options={['maintainer', 'owner'].map((value) => ({ value, label: value }))} />
            </Form.Item>
          )
        }
      </Form.Item>
    </FormDialog>
  );
}
