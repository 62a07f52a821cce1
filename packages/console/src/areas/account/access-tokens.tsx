import { PlusOutlined } from '@ant-design/icons';
import { ApiProblem, type components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Flex, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { accountTexts } from '../../i18n/account-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';

/** For how many days a token can be good; never: until it is deleted. */
const ends = ['30', '90', '365', 'never'] as const;

interface Values {
  readonly name: string;
  readonly ends: (typeof ends)[number];
}

/** Personal access tokens: what tools log in with in place of a password. */
export function AccessTokens({ user }: { user: string }) {
  const say = useTexts(accountTexts);
  const client = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [needsSignIn, setNeedsSignIn] = useState(false);
  const [made, setMade] = useState<string>();
  const make = async ({ name, ends: chosen }: Values) => {
    const body = { name, ...(chosen !== 'never' && { expiresInSeconds: Number(chosen) * 86_400 }) };
    try {
      setMade((await bodyOf(api.POST('/api/v1/users/{user}/tokens', { params: { path: { user } }, body }))).token);
    } catch (error) {
      // What makes credentials wants to know that it is still the same person.
      setNeedsSignIn(error instanceof ApiProblem && error.status === 403);
      throw error;
    }
    await client.invalidateQueries({ queryKey: ['user', user, 'tokens'] });
  };
  const add = (
    <Button icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {say('newToken')}
    </Button>
  );
  return (
    <Card size="small" title={say('tokens')} extra={add}>
      <Flex vertical gap="small">
        <span>{say('tokensAbout')}</span>
        <TokenList user={user} />
      </Flex>
      {isMaking && <TokenForm needsSignIn={needsSignIn} onSubmit={make} onClose={() => setMaking(false)} />}
      {made !== undefined && <MadeToken user={user} token={made} onClose={() => setMade(undefined)} />}
    </Card>
  );
}

function TokenList({ user }: { user: string }) {
  const say = useTexts(accountTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const queryKey = ['user', user, 'tokens'];
  const pages = usePages(queryKey, (at) => api.GET('/api/v1/users/{user}/tokens', { params: { path: { user }, query: at } }));
  const revoke = async (token: string) => {
    await api.DELETE('/api/v1/users/{user}/tokens/{token}', { params: { path: { user, token } } });
    await client.invalidateQueries({ queryKey });
  };
  return (
    <RecordTable<components['schemas']['AccessToken']>
      label={say('tokens')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<EmptyState title={say('noTokens')} description={say('noTokensNext')} />}
      columns={[
        { key: 'name', title: say('tokenName'), render: ({ name }) => name },
        { key: 'made', title: say('made'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
        { key: 'used', title: say('lastUsed'), render: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : sayForm('never')) },
        { key: 'ends', title: say('ends'), render: ({ expiresAt }) => (expiresAt ? <TimeAgo at={expiresAt} /> : sayForm('never')) },
        {
          key: 'do',
          title: '',
          align: 'end',
          render: ({ id, name }) => (
            <ConfirmButton label={say('revoke')} title={say('revokeToken', { name })} onConfirm={() => revoke(id)}>
              <p>{say('revokeLoses')}</p>
            </ConfirmButton>
          ),
        },
      ]}
    />
  );
}

function TokenForm({
  needsSignIn,
  onSubmit,
  onClose,
}: {
  needsSignIn: boolean;
  onSubmit: (values: Values) => Promise<void>;
  onClose: () => void;
}) {
  const say = useTexts(accountTexts);
  const sayForm = useTexts(formsTexts);
  return (
    <FormDialog<Values> title={say('newToken')} submit={sayForm('create')} initial={{ ends: '90' }} onSubmit={onSubmit} onClose={onClose}>
      {needsSignIn && <a href={`/auth/sign-in?again=1&returnTo=${encodeURIComponent('/account')}`}>{say('signInAgain')}</a>}
      <Form.Item
        name="name"
        label={say('tokenName')}
        extra={say('tokenNameHelp')}
        rules={[{ required: true, message: sayForm('required') }]}
      >
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item name="ends" label={say('ends')}>
        <Select options={ends.map((value) => ({ value, label: say(`ends.${value}`) }))} />
      </Form.Item>
    </FormDialog>
  );
}

/** Shows a token, this once. It is closed by its button alone. */
function MadeToken({ user, token, onClose }: { user: string; token: string; onClose: () => void }) {
  const say = useTexts(accountTexts);
  const command = `printf %s '${token}' | docker login ${window.location.host} --username ${user} --password-stdin`;
  return (
    <Dialog
      width={680}
      title={say('tokenMade')}
      footer={
        <Button type="primary" onClick={onClose}>
          {say('tokenKept')}
        </Button>
      }
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={say('tokenOnce')} />
        <CodeBlock text={token} label={say('token')} />
        <CodeBlock text={command} label={say('tokenLogin')} />
      </Flex>
    </Dialog>
  );
}
