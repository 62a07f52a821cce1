import type { components } from '@longshore/api-client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { type Page, usePages } from '../../api/pages.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { browserName } from '../../widgets/browser-name.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { type RecordColumn, RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="admin-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** What a change of a user's credentials makes old. */
function useAsksAgain(user: string): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['users', 'one', user] });
}

interface CredentialsProps<T> {
  readonly user: string;
  /** The last part of their address in the API. */
  readonly part: 'sessions' | 'tokens' | 'identities';
  readonly title: string;
  readonly empty: string;
  readonly ask: (at: { cursor?: string; limit: number }) => Promise<{ data?: Page<T> }>;
  readonly columns: readonly RecordColumn<T>[];
  /** How one of them is ended: what the button says, what is asked, what comes of it. */
  readonly end: {
    readonly label: string;
    readonly title: (one: T) => string;
    readonly loses: string;
    readonly call: (id: string) => Promise<unknown>;
  };
}

/** What a user signs in with, of one kind, each with a button that ends it. */
function Credentials<T extends { readonly id: string }>({ user, part, title, empty, ask, columns, end }: CredentialsProps<T>) {
  const asksAgain = useAsksAgain(user);
  const pages = usePages(['users', 'one', user, part], (at) => ask({ ...at, limit: 20 }));
  const finish = async (id: string) => {
    await end.call(id);
    await asksAgain();
  };
  const button = (one: T) => (
    <ConfirmButton label={end.label} title={end.title(one)} onConfirm={() => finish(one.id)}>
      {end.loses}
    </ConfirmButton>
  );
  return (
    <Section title={title}>
      <RecordTable<T>
        label={title}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={empty} />}
        columns={[...columns, { key: 'do', title: '', align: 'end', render: button }]}
      />
    </Section>
  );
}

/** Where the user is signed in with a browser. */
export function UserSessions({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  return (
    <Credentials<components['schemas']['Session']>
      user={user}
      part="sessions"
      title={say('sessions')}
      empty={say('noSessions')}
      ask={(query) => api.GET('/api/v1/users/{user}/sessions', { params: { path: { user }, query } })}
      columns={[
        { key: 'seen', title: say('lastSeen'), render: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
        { key: 'address', title: say('address'), render: ({ address }) => address },
        { key: 'browser', title: say('browser'), render: ({ userAgent }) => <span title={userAgent}>{browserName(userAgent)}</span> },
        { key: 'provider', title: say('provider'), render: ({ provider }) => (provider === 'password' ? say('by.password') : provider) },
        { key: 'expires', title: say('expires'), render: ({ expiresAt }) => <TimeAgo at={expiresAt} /> },
      ]}
      end={{
        label: say('endSession'),
        title: () => say('endSessionTitle'),
        loses: say('endSessionLoses'),
        call: (session) => api.DELETE('/api/v1/users/{user}/sessions/{session}', { params: { path: { user, session } } }),
      }}
    />
  );
}

/** What the user's tools log in with. */
export function UserTokens({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const orNever = (at: string | undefined) => (at === undefined ? sayForm('never') : <TimeAgo at={at} />);
  return (
    <Credentials<components['schemas']['AccessToken']>
      user={user}
      part="tokens"
      title={say('tokens')}
      empty={say('noTokens')}
      ask={(query) => api.GET('/api/v1/users/{user}/tokens', { params: { path: { user }, query } })}
      columns={[
        { key: 'name', title: say('name'), render: ({ name }) => name },
        { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
        { key: 'used', title: say('lastUsed'), render: ({ lastUsedAt }) => orNever(lastUsedAt) },
        { key: 'expires', title: say('expires'), render: ({ expiresAt }) => orNever(expiresAt) },
      ]}
      end={{
        label: say('revoke'),
        title: ({ name }) => say('revokeTitle', { name }),
        loses: say('revokeLoses'),
        call: (token) => api.DELETE('/api/v1/users/{user}/tokens/{token}', { params: { path: { user, token } } }),
      }}
    />
  );
}

/** Who the user is elsewhere. */
export function UserIdentities({ user }: { user: string }) {
  const say = useTexts(adminTexts);
  return (
    <Credentials<components['schemas']['UserIdentity']>
      user={user}
      part="identities"
      title={say('identities')}
      empty={say('noIdentities')}
      ask={(query) => api.GET('/api/v1/users/{user}/identities', { params: { path: { user }, query } })}
      columns={[
        { key: 'provider', title: say('provider'), render: ({ provider }) => provider },
        { key: 'name', title: say('identity'), render: ({ externalName, email }) => email ?? externalName },
        { key: 'seen', title: say('lastSeen'), render: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
      ]}
      end={{
        label: say('unlink'),
        title: ({ externalName }) => say('unlinkTitle', { name: externalName }),
        loses: say('unlinkLoses'),
        call: (identity) => api.DELETE('/api/v1/users/{user}/identities/{identity}', { params: { path: { user, identity } } }),
      }}
    />
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
