import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Flex, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Versioned } from '../api/answer.ts';
import { type Page, usePages } from '../api/pages.ts';
import { useVersion } from '../api/version.ts';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { membersTexts } from '../i18n/members-texts.ts';
import { actorName } from './actor-name.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { FormDialog } from './form-dialog.tsx';
import { Loaded } from './loaded.tsx';
import { RecordTable } from './record-table.tsx';
import { type Right, RightButton } from './rights.tsx';
import { RoleSelect } from './role-select.tsx';
import { TimeAgo } from './time-ago.tsx';

export type Member = components['schemas']['Member'];
type Role = components['schemas']['Role'];

/** Where roles are held: in a project, or on the whole registry. */
export interface Membership {
  /** Below it answers are remembered; what changes makes all of it old. */
  readonly key: readonly string[];
  /** Roles that can be given there; undefined: not known yet. */
  readonly roles: readonly Role[] | undefined;
  readonly list: (at: { cursor?: string }) => Promise<{ data?: Page<Member> }>;
  readonly find: (member: string) => Promise<Versioned<Member>>;
  readonly add: (member: components['schemas']['NewMember']) => Promise<unknown>;
  readonly change: (member: string, etag: string, body: { role: string }) => Promise<unknown>;
  readonly remove: (member: string) => Promise<unknown>;
}

/** Who holds which role there, and what can be done about it by whoever has the `right`. */
export function Members({ of, right, empty }: { of: Membership; right: Right; empty: ReactNode }) {
  const say = useTexts(membersTexts);
  const pages = usePages([...of.key, 'members'], of.list);
  return (
    <RecordTable<Member>
      label={say('members')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={empty}
      columns={[
        {
          key: 'who',
          title: say('who'),
          render: ({ subject }) => (
            <>
              {subject.name} <Tag>{say(subject.kind)}</Tag>
            </>
          ),
        },
        { key: 'role', title: say('role'), render: ({ role }) => role },
        {
          key: 'where',
          title: say('where'),
          render: ({ repositories }) => (repositories === '**' ? say('everywhere') : <code>{repositories}</code>),
        },
        { key: 'since', title: say('since'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
        { key: 'by', title: say('by'), render: ({ createdBy }) => actorName(createdBy) },
        { key: 'do', title: '', align: 'end', render: (member) => <MemberActions of={of} member={member} right={right} /> },
      ]}
    />
  );
}

function MemberActions({ of, member, right }: { of: Membership; member: Member; right: Right }) {
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  const remove = async () => {
    await of.remove(member.id);
    await client.invalidateQueries({ queryKey: of.key });
  };
  const { name } = member.subject;
  return (
    <Flex gap="small" justify="end">
      <RightButton right={right} size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </RightButton>
      <ConfirmButton right={right} label={sayForm('remove')} title={say('removeMember', { name })} onConfirm={remove}>
        <p>{say('removeMemberLoses', { name, role: member.role })}</p>
      </ConfirmButton>
      {isChanging && <ChangeMember of={of} member={member} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeMember({ of, member: { id, subject }, onClose }: { of: Membership; member: Member; onClose: () => void }) {
  const say = useTexts(membersTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const found = useVersion([...of.key, 'member', id], () => of.find(id));
  return (
    <Loaded query={found}>
      {({ value, etag }) => (
        <FormDialog<{ role: string }>
          title={say('changeMember', { name: subject.name })}
          submit={sayForm('save')}
          initial={{ role: value.role }}
          onSubmit={async (body) => {
            await of.change(id, etag, body);
            await client.invalidateQueries({ queryKey: of.key });
          }}
          onClose={onClose}
        >
          <RoleSelect roles={of.roles} />
        </FormDialog>
      )}
    </Loaded>
  );
}
