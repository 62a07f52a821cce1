import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Flex, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useVersion } from '../../api/version.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rightsTexts } from '../../i18n/rights-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { About } from './about.tsx';

type Role = components['schemas']['Role'];

const actions = ['list', 'pull', 'push', 'update', 'delete', 'promote', 'configure', 'audit', 'administer'] as const;

/** What each role of the registry allows. */
export function RolesPage() {
  const say = useTexts(adminTexts);
  const sayRights = useTexts(rightsTexts);
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(['roles'], (at) => api.GET('/api/v1/roles', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <About title={say('roles')} about={say('rolesAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newRole')}
        </Button>
      </About>
      <RecordTable<Role>
        label={say('roles')}
        pages={pages}
        rowKey={({ name }) => name}
        empty={null}
        columns={[
          { key: 'name', title: say('role'), render: ({ name }) => <strong>{name}</strong> },
          {
            key: 'allows',
            title: say('allows'),
            render: (role) => (
              <Flex gap={4} wrap>
                {actions.map((action) => role.actions.includes(action) && <Tag key={action}>{sayRights(`may.${action}`)}</Tag>)}
              </Flex>
            ),
          },
          {
            key: 'do',
            title: '',
            align: 'end',
            render: (role) => (role.builtIn ? <Tag>{say('builtIn')}</Tag> : <RoleActions name={role.name} />),
          },
        ]}
      />
      {isMaking && <RoleForm onClose={() => setMaking(false)} />}
    </>
  );
}

function RoleActions({ name }: { name: string }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const remove = async () => {
    await api.DELETE('/api/v1/roles/{role}', { params: { path: { role: name } } });
    await client.invalidateQueries({ queryKey: ['roles'] });
  };
  return (
    <Flex gap="small" justify="end">
      <Button size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </Button>
      <ConfirmButton label={sayForm('delete')} title={say('deleteRole', { name })} onConfirm={remove}>
        {say('deleteRoleLoses')}
      </ConfirmButton>
      {isChanging && <ChangeRole name={name} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeRole({ name, onClose }: { name: string; onClose: () => void }) {
  const found = useVersion(['roles', name], () => versionedOf(api.GET('/api/v1/roles/{role}', { params: { path: { role: name } } })));
  return <Loaded query={found}>{(role) => <RoleForm role={role} onClose={onClose} />}</Loaded>;
}

type RoleValues = Pick<Role, 'name' | 'actions'>;

/** Makes a role, or changes what `role` allows. */
function RoleForm({ role, onClose }: { role?: Versioned<Role>; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const sayRights = useTexts(rightsTexts);
  const client = useQueryClient();
  const send = async ({ name, actions: chosen }: RoleValues) => {
    if (role === undefined) await api.POST('/api/v1/roles', { body: { name, actions: chosen } });
    else {
      const params = { path: { role: role.value.name }, header: { 'If-Match': role.etag } };
      await api.PATCH('/api/v1/roles/{role}', { params, body: { actions: chosen } });
    }
    await client.invalidateQueries({ queryKey: ['roles'] });
  };
  return (
    <FormDialog<RoleValues>
      title={role === undefined ? say('newRole') : say('changeRoleOf', { name: role.value.name })}
      submit={role === undefined ? sayForm('create') : sayForm('save')}
      initial={role?.value ?? { actions: ['list', 'pull'] }}
      onSubmit={send}
      onClose={onClose}
    >
      {role === undefined && (
        <Form.Item name="name" label={say('name')} extra={say('nameHelp')} rules={[{ required: true, message: sayForm('required') }]}>
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
      )}
      <Form.Item name="actions" label={say('allows')}>
        <Checkbox.Group options={actions.map((value) => ({ value, label: sayRights(`may.${value}`) }))} />
      </Form.Item>
    </FormDialog>
  );
}
