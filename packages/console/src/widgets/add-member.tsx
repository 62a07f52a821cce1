import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Select } from 'antd';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { membersTexts } from '../i18n/members-texts.ts';
import { FormDialog } from './form-dialog.tsx';
import type { Membership } from './members.tsx';
import { RoleSelect } from './role-select.tsx';
import { SubjectField, type SubjectKind } from './subject-field.tsx';

interface Values {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly role: string;
  readonly repositories: string;
}

/** Gives a user or a group a role. `whereHelp` says how ranges of repositories are written there. */
export function AddMember({ to, whereHelp, onClose }: { to: Membership; whereHelp: string; onClose: () => void }) {
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const add = async ({ kind, name, role, repositories }: Values) => {
    await to.add({ subject: { kind, name: name.trim() }, role, repositories: repositories.trim() });
    await client.invalidateQueries({ queryKey: to.key });
  };
  return (
    <FormDialog<Values>
      title={say('addMember')}
      submit={sayForm('add')}
      initial={{ kind: 'user', repositories: '**' }}
      onSubmit={add}
      onClose={onClose}
    >
      <Form.Item name="kind" label={say('kind')} extra={say('robotsElsewhere')}>
        <Select options={(['user', 'group'] as const).map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
      <Form.Item noStyle dependencies={['kind']}>
        {({ getFieldValue }) => <SubjectField kind={getFieldValue('kind') as SubjectKind} label={say('nameOf')} />}
      </Form.Item>
      <RoleSelect roles={to.roles} />
      <Form.Item name="repositories" label={say('where')} extra={whereHelp} rules={[{ required: true, message: sayForm('required') }]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}
