import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Tag } from 'antd';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { accountTexts } from '../../i18n/account-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { browserName } from '../../widgets/browser-name.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { ProviderName } from './provider-name.tsx';

/** The browsers in which a user is signed in. */
export function Sessions({ user }: { user: string }) {
  const say = useTexts(accountTexts);
  const client = useQueryClient();
  const queryKey = ['user', user, 'sessions'];
  const pages = usePages(queryKey, (at) => api.GET('/api/v1/users/{user}/sessions', { params: { path: { user }, query: at } }));
  const end = async (session: string) => {
    await api.DELETE('/api/v1/users/{user}/sessions/{session}', { params: { path: { user, session } } });
    await client.invalidateQueries({ queryKey });
  };
  return (
    <RecordTable<components['schemas']['Session']>
      label={say('sessions')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<p>{say('noSessions')}</p>}
      columns={[
        {
          key: 'browser',
          title: say('browser'),
          render: ({ userAgent, current }) => (
            <>
              <span title={userAgent}>{browserName(userAgent)}</span> {current && <Tag color="green">{say('thisOne')}</Tag>}
            </>
          ),
        },
        { key: 'address', title: say('address'), render: ({ address }) => <code>{address}</code> },
        { key: 'by', title: say('signedInBy'), render: ({ provider }) => <ProviderName provider={provider} /> },
        { key: 'seen', title: say('lastSeen'), render: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
        { key: 'ends', title: say('ends'), render: ({ expiresAt }) => <TimeAgo at={expiresAt} /> },
        {
          key: 'do',
          title: '',
          align: 'end',
          render: ({ id, current }) =>
            // Signing out is in the menu above, and takes the cookie along.
            current ? null : (
              <ConfirmButton label={say('endSession')} title={say('endSession')} onConfirm={() => end(id)}>
                <p>{say('endSessionLoses')}</p>
              </ConfirmButton>
            ),
        },
      ]}
    />
  );
}
