import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { membersTexts } from '../../i18n/members-texts.ts';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { type Action, rolesQuery, useProjectName } from './project-queries.ts';

/** The field `role` of a form, with what the chosen role allows. */
export function RoleSelect() {
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const roles = useQuery(rolesQuery(useProjectName())).data ?? [];
  const chosen = Form.useWatch<string | undefined>('role');
  const actions = roles.find(({ name }) => name === chosen)?.actions;
  const allows = useAllowed(actions ?? []);
  return (
    <Form.Item
      name="role"
      label={say('role')}
      extra={actions && say('allows', { actions: allows })}
      rules={[{ required: true, message: sayForm('required') }]}
    >
      <Select showSearch options={roles.map(({ name }) => ({ value: name, label: name }))} />
    </Form.Item>
  );
}

/** The names of actions, as a sentence has them. */
function useAllowed(actions: readonly Action[]): string {
  const say = useTexts(projectsTexts);
  return actions.map((action) => say(`may.${action}`)).join(say('listComma'));
}
