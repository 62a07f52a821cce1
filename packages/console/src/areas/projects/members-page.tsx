import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Flex, Form, Input, Select, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useVersion } from '../../api/version.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { membersTexts } from '../../i18n/members-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { RightButton, useRight, WithRight } from './rights.tsx';
import { RoleSelect } from './role-select.tsx';

type Member = components['schemas']['Member'];

/** Who holds which role in a project. */
export function MembersPage() {
  const say = useTexts(membersTexts);
  const right = useRight('administer');
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <PageHead title={say('members')} about={say('membersAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {say('addMember')}
        </RightButton>
      </PageHead>
      <WithRight right={right}>
        <Members />
      </WithRight>
      {isAdding && <AddMember onClose={() => setAdding(false)} />}
    </>
  );
}

function Members() {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const pages = usePages([...projectKey(project), 'members'], (at) =>
    api.GET('/api/v1/projects/{project}/members', { params: { path: { project }, query: { ...at, limit: 50 } } }),
  );
  return (
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
  );
}

function MemberActions({ member }: { member: Member }) {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const path = { project, member: member.id };
  const remove = async () => {
    await api.DELETE('/api/v1/projects/{project}/members/{member}', { params: { path } });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  const { name } = member.subject;
  return (
    <Flex gap="small" justify="end">
      <RightButton right={useRight('administer')} size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </RightButton>
      <ConfirmButton label={sayForm('remove')} title={say('removeMember', { name })} onConfirm={remove}>
        <p>{say('removeMemberLoses', { name, role: member.role })}</p>
      </ConfirmButton>
      {isChanging && <ChangeMember member={member} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const path = { project, member: member.id };
  const found = useVersion([...projectKey(project), 'member', member.id], () =>
    versionedOf(api.GET('/api/v1/projects/{project}/members/{member}', { params: { path } })),
  );
  return (
    <Loaded query={found}>
      {({ value, etag }) => (
        <FormDialog<{ role: string }>
          title={say('changeMember', { name: member.subject.name })}
          submit={sayForm('save')}
          initial={{ role: value.role }}
          onSubmit={async (body) => {
            const header = { 'If-Match': etag };
            await api.PATCH('/api/v1/projects/{project}/members/{member}', { params: { path, header }, body });
            await client.invalidateQueries({ queryKey: projectKey(project) });
          }}
          onClose={onClose}
        >
          <RoleSelect />
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
  const project = useProjectName();
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const add = async ({ kind, name, role, repositories }: NewMember) => {
    const body = { subject: { kind, name: name.trim() }, role, repositories };
    await api.POST('/api/v1/projects/{project}/members', { params: { path: { project } }, body });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  const required = { required: true, message: sayForm('required') };
  return (
    <FormDialog<NewMember>
      title={say('addMember')}
      submit={sayForm('add')}
      initial={{ kind: 'user', role: 'reader', repositories: '**' }}
      onSubmit={add}
      onClose={onClose}
    >
      <Form.Item name="kind" label={say('kind')} extra={say('robotsElsewhere')}>
        <Select options={(['user', 'group'] as const).map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
      <Form.Item name="name" label={say('nameOf')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <RoleSelect />
      <Form.Item name="repositories" label={say('where')} extra={say('whereHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
    </FormDialog>
  );
}
