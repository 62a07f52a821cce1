import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useVersion } from '../../api/version.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';
import { RoleField } from './role-field.tsx';

type Member = components['schemas']['Member'];

/** Who has a role on the whole registry. */
export function MembersPage() {
  const say = useTexts(adminTexts);
  const [isAdding, setAdding] = useState(false);
  const pages = usePages(['members'], (at) => api.GET('/api/v1/members', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <About title={say('members')} about={say('membersAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {say('addMember')}
        </Button>
      </About>
      <RecordTable<Member>
        label={say('members')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noMembers')} description={say('noMembersNext')} />}
        columns={[
          {
            key: 'who',
            title: say('who'),
            render: ({ subject }) => (
              <>
                {subject.name} <Tag>{say(subject.kind)}</Tag>
              </>
            ),
          },
          { key: 'role', title: say('role'), render: ({ role }) => role },
          {
            key: 'where',
            title: say('where'),
            render: ({ repositories }) => (repositories === '**' ? say('everywhere') : <code>{repositories}</code>),
          },
          { key: 'since', title: say('since'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'by', title: say('by'), render: ({ createdBy }) => createdBy },
          { key: 'do', title: '', align: 'end', render: (member) => <MemberActions member={member} /> },
        ]}
      />
      {isAdding && <AddMember onClose={() => setAdding(false)} />}
    </>
  );
}

function MemberActions({ member }: { member: Member }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const { name } = member.subject;
  const remove = async () => {
    await api.DELETE('/api/v1/members/{member}', { params: { path: { member: member.id } } });
    await client.invalidateQueries({ queryKey: ['members'] });
  };
  return (
    <Flex gap="small" justify="end">
      <Button size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </Button>
      <ConfirmButton label={sayForm('remove')} title={say('removeMember', { name })} onConfirm={remove}>
        {say('removeMemberLoses', { name, role: member.role })}
      </ConfirmButton>
      {isChanging && <ChangeMember id={member.id} name={name} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeMember({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const path = { member: id };
  const found = useVersion(['members', id], () => versionedOf(api.GET('/api/v1/members/{member}', { params: { path } })));
  return (
    <Loaded query={found}>
      {({ value, etag }) => (
        <FormDialog<{ role: string }>
          title={say('changeRole', { name })}
          submit={sayForm('save')}
          initial={{ role: value.role }}
          onSubmit={async ({ role }) => {
            await api.PATCH('/api/v1/members/{member}', { params: { path, header: { 'If-Match': etag } }, body: { role } });
            await client.invalidateQueries({ queryKey: ['members'] });
          }}
          onClose={onClose}
        >
          <RoleField />
        </FormDialog>
      )}
    </Loaded>
  );
}

interface NewMember {
  readonly kind: 'user' | 'group';
  readonly name: string;
  readonly role: string;
  readonly repositories: string;
}

function AddMember({ onClose }: { onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const required = { required: true, message: sayForm('required') };
  const add = async ({ kind, name, role, repositories }: NewMember) => {
    await api.POST('/api/v1/members', { body: { subject: { kind, name: name.trim() }, role, repositories } });
    await client.invalidateQueries({ queryKey: ['members'] });
  };
  return (
    <FormDialog<NewMember>
      title={say('addMember')}
      submit={sayForm('add')}
      initial={{ kind: 'user', repositories: '**' }}
      onSubmit={add}
      onClose={onClose}
    >
      <Form.Item name="kind" label={say('kind')}>
        <Select options={(['user', 'group'] as const).map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
      <Form.Item name="name" label={say('name')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <RoleField />
      <Form.Item name="repositories" label={say('where')} extra={say('whereHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}
