import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, Input } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { SubjectField } from '../../widgets/subject-field.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';

type Group = components['schemas']['Group'];

/** Groups; each opens to who is in it. */
export function GroupsPage() {
  const say = useTexts(adminTexts);
  const [isMaking, setMaking] = useState(false);
  const pages = usePages(['groups'], (at) => api.GET('/api/v1/groups', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <About title={say('groups')} about={say('groupsAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newGroup')}
        </Button>
      </About>
      <RecordTable<Group>
        label={say('groups')}
        pages={pages}
        rowKey={({ name }) => name}
        empty={<EmptyState title={say('noGroups')} description={say('noGroupsNext')} />}
        expanded={(group) => <GroupUsers group={group} />}
        columns={[
          { key: 'name', title: say('name'), render: ({ name }) => <strong>{name}</strong> },
          {
            key: 'source',
            title: say('source'),
            render: ({ source }) =>
              source === undefined ? say('sourceHere') : say('sourceOf', { provider: source.provider, name: source.externalName }),
          },
          { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'do', title: '', align: 'end', render: ({ name }) => <DeleteGroup name={name} /> },
        ]}
      />
      {isMaking && <NewGroup onClose={() => setMaking(false)} />}
    </>
  );
}

function DeleteGroup({ name }: { name: string }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const remove = async () => {
    await api.DELETE('/api/v1/groups/{group}', { params: { path: { group: name } } });
    await client.invalidateQueries({ queryKey: ['groups'] });
  };
  return (
    <ConfirmButton label={sayForm('delete')} title={say('deleteGroup', { name })} onConfirm={remove}>
      {say('deleteGroupLoses')}
    </ConfirmButton>
  );
}

function NewGroup({ onClose }: { onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const make = async ({ name, provider, externalName }: { name: string; provider?: string; externalName?: string }) => {
    const source = provider ? { source: { provider, externalName: externalName ?? '' } } : {};
    await api.POST('/api/v1/groups', { body: { name, ...source } });
    await client.invalidateQueries({ queryKey: ['groups'] });
  };
  return (
    <FormDialog title={say('newGroup')} submit={sayForm('create')} onSubmit={make} onClose={onClose}>
      <Form.Item name="name" label={say('name')} extra={say('nameHelp')} rules={[{ required: true, message: sayForm('required') }]}>
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="provider" label={say('sourceProvider')} extra={say('sourceProviderHelp')}>
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="externalName" label={say('sourceName')}>
        <Input autoComplete="off" maxLength={512} />
      </Form.Item>
    </FormDialog>
  );
}

function GroupUsers({ group: { name: group, source } }: { group: Group }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const key = ['groups', group, 'users'];
  const pages = usePages(key, (at) =>
    api.GET('/api/v1/groups/{group}/members', { params: { path: { group }, query: { ...at, limit: 50 } } }),
  );
  const asksAgain = () => client.invalidateQueries({ queryKey: key });
  const add = async ({ name }: { name: string }) => {
    await api.PUT('/api/v1/groups/{group}/members/{user}', { params: { path: { group, user: name.trim() } } });
    await asksAgain();
  };
  const remove = async (user: string) => {
    await api.DELETE('/api/v1/groups/{group}/members/{user}', { params: { path: { group, user } } });
    await asksAgain();
  };
  return (
    <Flex vertical gap="small" align="start">
      <RecordTable
        label={say('inGroup', { name: group })}
        pages={pages}
        rowKey={({ name }) => name}
        empty={<span>{say('noInGroup')}</span>}
        columns={[
          { key: 'name', title: say('user'), render: ({ name }) => name },
          { key: 'since', title: say('since'), render: ({ addedAt }) => <TimeAgo at={addedAt} /> },
          {
            key: 'do',
            title: '',
            align: 'end',
            render: ({ name }) =>
              source === undefined && (
                <ConfirmButton label={sayForm('remove')} title={say('removeFromGroup', { name })} onConfirm={() => remove(name)}>
                  {say('removeFromGroupLoses')}
                </ConfirmButton>
              ),
          },
        ]}
      />
      {source === undefined && <Button onClick={() => setAdding(true)}>{say('addUser')}</Button>}
      {isAdding && (
        <FormDialog title={say('addUser')} submit={sayForm('add')} onSubmit={add} onClose={() => setAdding(false)}>
          <SubjectField kind="user" label={say('user')} />
        </FormDialog>
      )}
    </Flex>
  );
}
