import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Flex, Tag } from 'antd';
import { useState } from 'react';
import { versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useVersion } from '../../api/version.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RightButton } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { TagRuleForm } from './tag-rule-form.tsx';
import { useRight } from './use-right.ts';

type TagRule = components['schemas']['TagRule'];

/** Which tags may not be moved or deleted, or by whom alone. */
export function TagRulesPage() {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const right = useRight('configure');
  const [isMaking, setMaking] = useState(false);
  const pages = usePages([...projectKey(project), 'tag-rules'], (at) =>
    api.GET('/api/v1/projects/{project}/tag-rules', { params: { path: { project }, query: { ...at, limit: 50 } } }),
  );
  return (
    <>
      <PageHead title={say('tagRules')} about={say('tagRulesAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newTagRule')}
        </RightButton>
      </PageHead>
      <RecordTable<TagRule>
        label={say('tagRules')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noTagRules')} description={say('noTagRulesNext')} />}
        columns={[
          { key: 'tags', title: say('tags'), render: ({ tags }) => <code>{tags}</code> },
          { key: 'where', title: say('repositories'), render: ({ repositories }) => <code>{repositories}</code> },
          {
            key: 'kind',
            title: say('kind'),
            render: ({ kind, roles }) => (
              <>
                <Tag color={kind === 'immutable' ? 'red' : 'gold'}>{say(kind)}</Tag>
                {roles.length > 0 && say('onlyRoles', { roles })}
              </>
            ),
          },
          { key: 'by', title: say('by'), render: ({ createdBy }) => createdBy && actorName(createdBy) },
          { key: 'do', title: '', align: 'end', render: (rule) => <RuleActions rule={rule} /> },
        ]}
      />
      {isMaking && <TagRuleForm onClose={() => setMaking(false)} />}
    </>
  );
}

function RuleActions({ rule }: { rule: TagRule }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const right = useRight('configure');
  const [isChanging, setChanging] = useState(false);
  const remove = async () => {
    const header = { 'If-Match': `"${rule.version}"` };
    await api.DELETE('/api/v1/projects/{project}/tag-rules/{rule}', { params: { path: { project, rule: rule.id }, header } });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <Flex gap="small" justify="end">
      <RightButton right={right} size="small" onClick={() => setChanging(true)}>
        {sayForm('edit')}
      </RightButton>
      {right.allowed === true && (
        <ConfirmButton label={sayForm('delete')} title={say('deleteTagRule', { tags: rule.tags })} onConfirm={remove}>
          <p>{say('deleteTagRuleLoses')}</p>
        </ConfirmButton>
      )}
      {isChanging && <ChangeRule id={rule.id} onClose={() => setChanging(false)} />}
    </Flex>
  );
}

function ChangeRule({ id, onClose }: { id: string; onClose: () => void }) {
  const project = useProjectName();
  const found = useVersion([...projectKey(project), 'tag-rule', id], () =>
    versionedOf(api.GET('/api/v1/projects/{project}/tag-rules/{rule}', { params: { path: { project, rule: id } } })),
  );
  return <Loaded query={found}>{(rule) => <TagRuleForm rule={rule} onClose={onClose} />}</Loaded>;
}
