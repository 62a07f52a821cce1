import type { components } from '@longshore/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Flex, Form, Input, Switch, Typography } from 'antd';
import { useState } from 'react';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useMe } from '../../api/session.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { DangerDialog } from '../../widgets/danger-dialog.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { About } from './about.tsx';
import { SecondFactor, UserIdentities, UserSessions, UserTokens } from './user-credentials.tsx';

type User = components['schemas']['User'];

/** One user: what they may, and by what they sign in. */
export function UserPage() {
  const say = useTexts(adminTexts);
  const { user = '' } = useParams({ strict: false });
  const found = useQuery({
    queryKey: ['users', 'one', user],
    queryFn: () => versionedOf(api.GET('/api/v1/users/{user}', { params: { path: { user } } })),
  });
  return (
    <>
      <Link to="/administration/users">{say('users')}</Link>
      <About title={user} />
      <Loaded query={found}>{(account) => <Account account={account} />}</Loaded>
      <UserSessions user={user} />
      <UserTokens user={user} />
      <SecondFactor user={user} />
      <UserIdentities user={user} />
    </>
  );
}

function Account({ account }: { account: Versioned<User> }) {
  const { value, etag } = account;
  const { name } = value;
  const say = useTexts(adminTexts);
  const client = useQueryClient();
  const [open, setOpen] = useState<'password' | 'delete'>();
  const isItself = useMe()?.name === name;
  const change = async (body: components['schemas']['UserChanges']) => {
    await api.PATCH('/api/v1/users/{user}', { params: { path: { user: name }, header: { 'If-Match': etag } }, body });
    await client.invalidateQueries({ queryKey: ['users'] });
  };
  const changing = useMutation({ mutationFn: change });
  const flag = (which: 'administrator' | 'disabled') => (
    <Flex gap="small" align="center" wrap>
      <Switch
        aria-label={say(which)}
        checked={value[which]}
        disabled={isItself}
        loading={changing.isPending}
        onChange={(checked) => changing.mutate({ [which]: checked })}
      />
      <span>{say(which)}</span>
      <Typography.Text type="secondary">{say(`${which}Help`)}</Typography.Text>
    </Flex>
  );
  return (
    <Flex vertical gap="middle" align="start">
      {changing.error && <Problem error={changing.error} />}
      {flag('administrator')}
      {flag('disabled')}
      {isItself && <Typography.Text type="secondary">{say('itself')}</Typography.Text>}
      <Flex gap="small" wrap>
        <Button onClick={() => setOpen('password')}>{say('setPassword')}</Button>
        <Button danger disabled={isItself} onClick={() => setOpen('delete')}>
          {say('deleteUser')}
        </Button>
      </Flex>
      {open === 'password' && <NewPassword name={name} onSet={(password) => change({ password })} onClose={() => setOpen(undefined)} />}
      {open === 'delete' && <DeleteUser name={name} onClose={() => setOpen(undefined)} />}
    </Flex>
  );
}

function NewPassword({ name, onSet, onClose }: { name: string; onSet: (password: string) => Promise<void>; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  return (
    <FormDialog<{ password: string }>
      title={say('newPassword', { name })}
      submit={sayForm('save')}
      onSubmit={({ password }) => onSet(password)}
      onClose={onClose}
    >
      <Form.Item
        name="password"
        label={say('password')}
        extra={say('passwordEnds')}
        rules={[{ required: true, message: sayForm('required') }]}
      >
        <Input.Password autoComplete="new-password" maxLength={1024} />
      </Form.Item>
    </FormDialog>
  );
}

function DeleteUser({ name, onClose }: { name: string; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const deleting = useMutation({
    mutationFn: () => api.DELETE('/api/v1/users/{user}', { params: { path: { user: name } } }),
    onSuccess: async () => {
      await navigate({ to: '/administration/users' });
      await client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <DangerDialog
      title={say('deleteUserTitle', { name })}
      name={name}
      action={say('deleteUser')}
      isBusy={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
      onClose={onClose}
    >
      {say('deleteUserLoses')}
    </DangerDialog>
  );
}
