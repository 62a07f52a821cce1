import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Form, Input, Radio, Select } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { environments, visibilities } from './project-settings.ts';

interface Values {
  readonly name: string;
  readonly description?: string;
  readonly visibility: (typeof visibilities)[number];
  readonly environment?: (typeof environments)[number];
}

/** Makes a project and goes to it. */
export function NewProject({ onClose }: { onClose: () => void }) {
  const say = useTexts(projectsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = async (body: Values) => {
    const { name } = await bodyOf(api.POST('/api/v1/projects', { body }));
    await client.invalidateQueries({ queryKey: ['projects'] });
    void navigate({ to: '/projects/$project', params: { project: name } });
  };
  return (
    <FormDialog<Values>
      title={say('newProject')}
      submit={sayForm('create')}
      initial={{ visibility: 'private' }}
      onSubmit={create}
      onClose={onClose}
    >
      <Form.Item
        name="name"
        label={say('name')}
        extra={say('nameHelp')}
        rules={[
          { required: true, message: sayForm('required') },
          { pattern: /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/, message: say('nameHelp') },
        ]}
      >
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="description" label={say('description')}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
      <Form.Item name="visibility" label={say('visibility')}>
        <Radio.Group
          style={{ display: 'flex', flexDirection: 'column', gap: 4 }}
          options={visibilities.map((value) => ({ value, label: say(`${value}About`) }))}
        />
      </Form.Item>
      <Form.Item name="environment" label={say('environment')} extra={say('environmentHelp')}>
        <Select allowClear options={environments.map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
    </FormDialog>
  );
}
