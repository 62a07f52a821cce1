import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="admin-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** What a change of a user's credentials makes old. */
function useAsksAgain(user: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['users', 'one', user] });
}

/** Where the user is signed in with a browser. */
export function UserSessions({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  const asksAgain = useAsksAgain(user);
  const pages = usePages(['users', 'one', user, 'sessions'], (at) =>
    api.GET('/api/v1/users/{user}/sessions', { params: { path: { user }, query: { ...at, limit: 20 } } }),
  );
  const end = async (session: string) => {
    await api.DELETE('/api/v1/users/{user}/sessions/{session}', { params: { path: { user, session } } });
    await asksAgain();
  };
  return (
    <Section title={say('sessions')}>
      <RecordTable
        label={say('sessions')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noSessions')} />}
        columns={[
          { key: 'seen', title: say('lastSeen'), render: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
          { key: 'address', title: say('address'), render: ({ address }) => address },
          { key: 'browser', title: say('browser'), render: ({ userAgent }) => <span className="admin-wrap">{userAgent}</span> },
          { key: 'provider', title: say('provider'), render: ({ provider }) => provider },
          { key: 'expires', title: say('expires'), render: ({ expiresAt }) => <TimeAgo at={expiresAt} /> },
          {
            key: 'do',
            title: '',
            align: 'end',
            render: ({ id }) => (
              <ConfirmButton label={say('endSession')} title={say('endSessionTitle')} onConfirm={() => end(id)}>
                {say('endSessionLoses')}
              </ConfirmButton>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** What the user's tools log in with. */
export function UserTokens({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const asksAgain = useAsksAgain(user);
  const pages = usePages(['users', 'one', user, 'tokens'], (at) =>
    api.GET('/api/v1/users/{user}/tokens', { params: { path: { user }, query: { ...at, limit: 20 } } }),
  );
  const revoke = async (token: string) => {
    await api.DELETE('/api/v1/users/{user}/tokens/{token}', { params: { path: { user, token } } });
    await asksAgain();
  };
  const orNever = (at: string | undefined) => (at === undefined ? sayForm('never') : <TimeAgo at={at} />);
  return (
    <Section title={say('tokens')}>
      <RecordTable
        label={say('tokens')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noTokens')} />}
        columns={[
          { key: 'name', title: say('name'), render: ({ name }) => name },
          { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'used', title: say('lastUsed'), render: ({ lastUsedAt }) => orNever(lastUsedAt) },
          { key: 'expires', title: say('expires'), render: ({ expiresAt }) => orNever(expiresAt) },
          {
            key: 'do',
            title: '',
            align: 'end',
            render: ({ id, name }) => (
              <ConfirmButton label={say('revoke')} title={say('revokeTitle', { name })} onConfirm={() => revoke(id)}>
                {say('revokeLoses')}
              </ConfirmButton>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** Whether the user has a second factor; an administrator may take it away from whoever lost it. */
export function SecondFactor({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  const asksAgain = useAsksAgain(user);
  const found = useQuery({
    queryKey: ['users', 'one', user, 'second-factor'],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{user}/second-factor', { params: { path: { user } } })),
  });
  const remove = async () => {
    await api.DELETE('/api/v1/users/{user}/second-factor', { params: { path: { user } } });
    await asksAgain();
  };
  return (
    <Section title={say('secondFactor')}>
      <Loaded query={found}>
        {({ enabled, recoveryCodes }) =>
          enabled ? (
            <Flex gap="middle" align="center" wrap>
              <span>{say('secondFactorOn', { count: recoveryCodes })}</span>
              <ConfirmButton label={say('removeFactor')} title={say('removeFactorTitle', { name: user })} onConfirm={remove}>
                {say('removeFactorLoses')}
              </ConfirmButton>
            </Flex>
          ) : (
            <Typography.Text type="secondary">{say('secondFactorOff')}</Typography.Text>
          )
        }
      </Loaded>
    </Section>
  );
}

/** Who the user is elsewhere. */
export function UserIdentities({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  const asksAgain = useAsksAgain(user);
  const pages = usePages(['users', 'one', user, 'identities'], (at) =>
    api.GET('/api/v1/users/{user}/identities', { params: { path: { user }, query: { ...at, limit: 20 } } }),
  );
  const unlink = async (identity: string) => {
    await api.DELETE('/api/v1/users/{user}/identities/{identity}', { params: { path: { user, identity } } });
    await asksAgain();
  };
  return (
    <Section title={say('identities')}>
      <RecordTable
        label={say('identities')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noIdentities')} />}
        columns={[
          { key: 'provider', title: say('provider'), render: ({ provider }) => provider },
          { key: 'name', title: say('identity'), render: ({ externalName, email }) => email ?? externalName },
          { key: 'seen', title: say('lastSeen'), render: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
          {
            key: 'do',
            title: '',
            align: 'end',
            render: ({ id, externalName }) => (
              <ConfirmButton label={say('unlink')} title={say('unlinkTitle', { name: externalName })} onConfirm={() => unlink(id)}>
                {say('unlinkLoses')}
              </ConfirmButton>
            ),
          },
        ]}
      />
    </Section>
  );
}
