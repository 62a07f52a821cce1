import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Descriptions, Flex, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { type Me, meQuery } from '../../api/session.ts';
import { accountTexts } from '../../i18n/account-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { ProviderName } from './provider-name.tsx';

/** Who is signed in, and by what. */
export function Profile({ me }: { me: Me }) {
  const say = useTexts(accountTexts);
  const [isChanging, setChanging] = useState(false);
  const items = [
    {
      key: 'name',
      label: say('name'),
      children: (
        <>
          {me.name}
          {me.administrator && (
            <Tag color="gold" style={{ marginInlineStart: 8 }}>
              {say('administrator')}
            </Tag>
          )}
        </>
      ),
    },
    { key: 'credential', label: say('credential'), children: <CredentialName credential={me.credential} /> },
  ];
  return (
    <Flex vertical gap="small" align="start">
      <Descriptions size="small" column={1} items={items} />
      {me.kind === 'user' && <Button onClick={() => setChanging(true)}>{say('changePassword')}</Button>}
      {isChanging && <ChangePassword user={me.name} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

/** Browsers have sessions; whoever comes with something else sees its name as the API has it. */
function CredentialName({ credential }: { credential: string }) {
  const provider = /^session:(.+)$/.exec(credential)?.[1];
  return provider === undefined ? <code>{credential}</code> : <ProviderName provider={provider} />;
}

function ChangePassword({ user, onClose }: { user: string; onClose: () => void }) {
  const say = useTexts(accountTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const found = useQuery({
    queryKey: ['user', user],
    queryFn: () => versionedOf(api.GET('/api/v1/users/{user}', { params: { path: { user } } })),
    gcTime: 0,
  });
  const required = { required: true, message: sayForm('required') };
  return (
    <Loaded query={found}>
      {({ etag }) => (
        <FormDialog<{ password: string; again: string }>
          title={say('changePassword')}
          submit={sayForm('save')}
          onSubmit={async ({ password }) => {
            await api.PATCH('/api/v1/users/{user}', { params: { path: { user }, header: { 'If-Match': etag } }, body: { password } });
            await client.invalidateQueries({ queryKey: meQuery.queryKey });
          }}
          onClose={onClose}
        >
          <p>{say('passwordEnds')}</p>
          <Form.Item name="password" label={say('newPassword')} rules={[required]}>
            <Input.Password autoComplete="new-password" maxLength={1024} />
          </Form.Item>
          <Form.Item
            name="again"
            label={say('passwordAgain')}
            dependencies={['password']}
            rules={[
              required,
              ({ getFieldValue }) => ({
                validator: (_, text) =>
                  text === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(say('passwordsDiffer'))),
              }),
            ]}
          >
            <Input.Password autoComplete="new-password" maxLength={1024} />
          </Form.Item>
        </FormDialog>
      )}
    </Loaded>
  );
}
