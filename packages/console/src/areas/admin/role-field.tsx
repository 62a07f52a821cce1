import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';

/** The field `role` of a form: a role of the registry. */
export function RoleField() {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const roles = useQuery({
    queryKey: ['roles', 'all'],
    queryFn: () => bodyOf(api.GET('/api/v1/roles', { params: { query: { limit: 200 } } })),
  });
  const options = roles.data?.items.map(({ name, actions }) => ({
    value: name,
    label: `${name}: ${actions.map((action) => say(`may.${action}`)).join(', ')}`,
  }));
  return (
    <Form.Item name="role" label={say('role')} rules={[{ required: true, message: sayForm('required') }]}>
      <Select showSearch loading={roles.isPending} options={options ?? []} />
    </Form.Item>
  );
}
