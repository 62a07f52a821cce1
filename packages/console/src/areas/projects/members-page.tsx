import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { membersTexts } from '../../i18n/members-texts.ts';
import { AddMember } from '../../widgets/add-member.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Members, type Membership } from '../../widgets/members.tsx';
import { RightButton, WithRight } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, rolesQuery, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

/** Who holds which role in a project. */
export function MembersPage() {
  const say = useTexts(membersTexts);
  const right = useRight('administer');
  const membership = useMembership(right.allowed === true);
  const [isAdding, setAdding] = useState(false);
  return (
    <>
      <PageHead title={say('members')} about={say('membersAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {say('addMember')}
        </RightButton>
      </PageHead>
      <WithRight right={right}>
        <Members of={membership} right={right} empty={<EmptyState title={say('noMembers')} description={say('noMembersNext')} />} />
      </WithRight>
      {isAdding && <AddMember to={membership} whereHelp={say('whereHelp')} onClose={() => setAdding(false)} />}
    </>
  );
}

function useMembership(isAllowed: boolean): Membership {
  const project = useProjectName();
  const roles = useQuery({ ...rolesQuery(project), enabled: isAllowed }).data;
  const one = '/api/v1/projects/{project}/members/{member}';
  return {
    key: projectKey(project),
    roles,
    list: (at) => api.GET('/api/v1/projects/{project}/members', { params: { path: { project }, query: { ...at, limit: 50 } } }),
    find: (member) => versionedOf(api.GET(one, { params: { path: { project, member } } })),
    add: (body) => api.POST('/api/v1/projects/{project}/members', { params: { path: { project } }, body }),
    change: (member, etag, body) => api.PATCH(one, { params: { path: { project, member }, header: { 'If-Match': etag } }, body }),
    remove: (member) => api.DELETE(one, { params: { path: { project, member } } }),
  };
}
