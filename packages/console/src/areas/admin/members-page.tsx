import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { AddMember } from '../../widgets/add-member.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Members, type Membership } from '../../widgets/members.tsx';
import { About } from './about.tsx';
import { rolesQuery } from './roles-query.ts';

/** The frame lets nobody else in. */
const administrators = { allowed: true, reason: '' };

/** Who has a role on the whole registry. */
export function MembersPage() {
  const say = useTexts(adminTexts);
  const [isAdding, setAdding] = useState(false);
  const membership: Membership = { ...registry, roles: useQuery(rolesQuery).data };
  return (
    <>
      <About title={say('members')} about={say('membersAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {say('addMember')}
        </Button>
      </About>
      <Members of={membership} right={administrators} empty={<EmptyState title={say('noMembers')} description={say('noMembersNext')} />} />
      {isAdding && <AddMember to={membership} whereHelp={say('whereHelp')} onClose={() => setAdding(false)} />}
    </>
  );
}

const one = '/api/v1/members/{member}';

const registry: Omit<Membership, 'roles'> = {
  key: ['members'],
  list: (at) => api.GET('/api/v1/members', { params: { query: { ...at, limit: 50 } } }),
  find: (member) => versionedOf(api.GET(one, { params: { path: { member } } })),
  add: (body) => api.POST('/api/v1/members', { body }),
  change: (member, etag, body) => api.PATCH(one, { params: { path: { member }, header: { 'If-Match': etag } }, body }),
  remove: (member) => api.DELETE(one, { params: { path: { member } } }),
};
