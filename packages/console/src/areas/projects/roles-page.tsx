import { CheckOutlined, PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Checkbox, Flex, Form, Input } from 'antd';
import { useState } from 'react';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import type { Action } from '../../api/rights.ts';
import { useVersion } from '../../api/version.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { membersTexts } from '../../i18n/members-texts.ts';
import { rightsTexts } from '../../i18n/rights-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RightButton, WithRight } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

type Role = components['schemas']['Role'];

const actions: readonly Action[] = ['list', 'pull', 'push', 'update', 'delete', 'promote', 'configure', 'audit', 'administer'];

/** What each role allows: those of the registry, and those that the project has made for itself. */
export function RolesPage() {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const right = useRight('administer');
  const [isMaking, setMaking] = useState(false);
  const builtIn = usePages(['roles'], (at) => api.GET('/api/v1/roles', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <PageHead title={say('roles')} about={say('rolesAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newRole')}
        </RightButton>
      </PageHead>
      <h3>{say('ownRoles')}</h3>
      <WithRight right={right}>
        <OwnRoles />
      </WithRight>
      <h3>{say('registryRoles')}</h3>
      <RecordTable label={say('registryRoles')} pages={builtIn} rowKey={({ name }) => name} empty={null} columns={useRoleColumns()} />
      {isMaking && <RoleForm project={project} onClose={() => setMaking(false)} />}
    </>
  );
}

/** A role's name, and a column for each thing that it may allow. */
function useRoleColumns() {
  const say = useTexts(membersTexts);
  const sayAction = useTexts(rightsTexts);
  const sayForm = useTexts(formsTexts);
  return [
    { key: 'name', title: say('role'), render: ({ name }: Role) => <strong>{name}</strong> },
    ...actions.map((action) => ({
      key: action,
      title: sayAction(`may.${action}`),
      render: (role: Role) => (role.actions.includes(action) ? <CheckOutlined aria-label={sayForm('yes')} /> : null),
    })),
  ];
}

function OwnRoles() {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const pages = usePages([...projectKey(project), 'roles'], (at) =>
    api.GET('/api/v1/projects/{project}/roles', { params: { path: { project }, query: { ...at, limit: 50 } } }),
  );
  const columns = [
    ...useRoleColumns(),
    { key: 'do', title: '', align: 'end' as const, render: (role: Role) => <RoleActions role={role} /> },
  ];
  return (
    <RecordTable
      label={say('ownRoles')}
      pages={pages}
      rowKey={({ name }) => name}
      empty={<EmptyState title={say('noRoles')} description={say('noRolesNext')} />}
      columns={columns}
    />
  );
}

function RoleActions({ role }: { role: Role }) {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const remove = async () => {
    await api.DELETE('/api/v1/projects/{project}/roles/{role}', { params: { path: { project, role: role.name } } });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <Flex gap="small" justify="end">
      <RightButton right={useRight('administer')} size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </RightButton>
      <ConfirmButton label={sayForm('delete')} title={say('deleteRole', { name: role.name })} onConfirm={remove}>
        <p>{say('deleteRoleLoses')}</p>
      </ConfirmButton>
      {isChanging && <ChangeRole name={role.name} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeRole({ name, onClose }: { name: string; onClose: () => void }) {
  const project = useProjectName();
  const found = useVersion([...projectKey(project), 'role', name], () =>
    versionedOf(api.GET('/api/v1/projects/{project}/roles/{role}', { params: { path: { project, role: name } } })),
  );
  return <Loaded query={found}>{(role) => <RoleForm project={project} role={role} onClose={onClose} />}</Loaded>;
}

/** Makes a role, or changes what `role` allows. */
function RoleForm({ project, role: versioned, onClose }: { project: string; role?: Versioned<Role>; onClose: () => void }) {
  const role = versioned?.value;
  const say = useTexts(membersTexts);
  const sayAction = useTexts(rightsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const send = async ({ name, actions: chosen }: { name: string; actions: Action[] }) => {
    if (versioned === undefined) {
      await api.POST('/api/v1/projects/{project}/roles', { params: { path: { project } }, body: { name, actions: chosen } });
    } else {
      const path = { project, role: versioned.value.name };
      const header = { 'If-Match': versioned.etag };
      await api.PATCH('/api/v1/projects/{project}/roles/{role}', { params: { path, header }, body: { actions: chosen } });
    }
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <FormDialog<{ name: string; actions: Action[] }>
      title={role === undefined ? say('newRole') : say('changeRole', { name: role.name })}
      submit={role === undefined ? sayForm('create') : sayForm('save')}
      initial={role ?? { actions: ['list', 'pull'] }}
      onSubmit={send}
      onClose={onClose}
    >
      {role === undefined && (
        <Form.Item name="name" label={say('roleName')} rules={[{ required: true, message: sayForm('required') }]}>
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
      )}
      <Form.Item name="actions" label={say('allowsWhat')} extra={role && say('changesAtOnce')}>
        <Checkbox.Group
          style={{ display: 'flex', flexDirection: 'column', gap: 4 }}
          options={actions.map((value) => ({ value, label: sayAction(`may.${value}`) }))}
        />
      </Form.Item>
    </FormDialog>
  );
}
