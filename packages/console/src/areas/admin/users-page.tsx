import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Switch, Tag } from 'antd';
import { useDeferredValue, useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { About } from './about.tsx';
import { ShownOnce } from './shown-once.tsx';

type User = components['schemas']['User'];

/** Everybody who may sign in. */
export function UsersPage() {
  const say = useTexts(adminTexts);
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<components['schemas']['MadeUser']>();
  return (
    <>
      <About title={say('users')} about={say('usersAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newUser')}
        </Button>
      </About>
      {made?.password !== undefined && (
        <ShownOnce
          title={say('passwordOnce', { name: made.name })}
          secret={made.password}
          copy={say('copyPassword')}
          onClose={() => setMade(undefined)}
        />
      )}
      <Users />
      {isMaking && <NewUser onMade={setMade} onClose={() => setMaking(false)} />}
    </>
  );
}

function Users() {
  const say = useTexts(adminTexts);
  const [typed, setTyped] = useState('');
  const prefix = useDeferredValue(typed.trim().toLowerCase());
  const pages = usePages(['users', prefix], (at) =>
    api.GET('/api/v1/users', { params: { query: { ...at, limit: 50, ...(prefix !== '' && { prefix }) } } }),
  );
  return (
    <>
      <Input.Search
        allowClear
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        aria-label={say('searchUsers')}
        placeholder={say('searchUsers')}
        style={{ maxWidth: 320, marginBottom: 12 }}
      />
      <RecordTable<User>
        label={say('users')}
        pages={pages}
        rowKey={({ name }) => name}
        empty={<EmptyState title={say('noUsers')} description={say('noUsersNext')} />}
        columns={[
          {
            key: 'name',
            title: say('name'),
            render: ({ name }) => (
              <Link to="/administration/users/$user" params={{ user: name }}>
                {name}
              </Link>
            ),
          },
          {
            key: 'state',
            title: say('account'),
            render: ({ administrator, disabled }) => (
              <>
                {administrator && <Tag color="blue">{say('administrator')}</Tag>}
                {disabled && <Tag color="red">{say('disabled')}</Tag>}
              </>
            ),
          },
          { key: 'signs-in', title: say('signsIn'), render: ({ hasPassword }) => say(hasPassword ? 'byPassword' : 'byProvider') },
        ]}
      />
    </>
  );
}

function NewUser({ onMade, onClose }: { onMade: (made: components['schemas']['MadeUser']) => void; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const make = async ({ name, password, administrator }: { name: string; password?: string; administrator?: boolean }) => {
    const body = { name, ...(password && { password }), administrator: administrator === true };
    onMade(await bodyOf(api.POST('/api/v1/users', { body })));
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  return (
    <FormDialog title={say('newUser')} submit={sayForm('create')} onSubmit={make} onClose={onClose}>
      <Form.Item name="name" label={say('name')} extra={say('nameHelp')} rules={[{ required: true, message: sayForm('required') }]}>
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="password" label={say('password')} extra={say('passwordHelp')}>
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
      <Form.Item name="administrator" label={say('administrator')} extra={say('administratorHelp')}>
        <Switch />
      </Form.Item>
    </FormDialog>
  );
}
