import type { components } from '@longshore/api-client';
import { Form, Select } from 'antd';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { membersTexts } from '../i18n/members-texts.ts';
import { rightsTexts } from '../i18n/rights-texts.ts';

/** The field `role` of a form, with what the chosen role allows. `roles`: those that can be given; undefined: not known yet. */
export function RoleSelect({ roles }: { roles: readonly components['schemas']['Role'][] | undefined }) {
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const sayRights = useTexts(rightsTexts);
  const chosen = Form.useWatch<string | undefined>('role');
  const actions = roles?.find(({ name }) => name === chosen)?.actions;
  const allowed = actions?.map((action) => sayRights(`may.${action}`)).join(sayRights('listComma'));
  return (
    <Form.Item
      name="role"
      label={say('role')}
      extra={allowed && say('allows', { actions: allowed })}
      rules={[{ required: true, message: sayForm('required') }]}
    >
      <Select showSearch loading={roles === undefined} options={roles?.map(({ name }) => ({ value: name, label: name })) ?? []} />
    </Form.Item>
  );
}
