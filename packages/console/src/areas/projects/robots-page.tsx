import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { registryNow } from '../../api/registry-clock.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RightButton, WithRight } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { endOf, RobotForm, type RobotValues } from './robot-form.tsx';
import { RobotSecret, type RobotWithSecret } from './robot-secret.tsx';
import { useRight } from './use-right.ts';

/** A robot as the API shows it. */
export type Robot = components['schemas']['Robot'];

/** The robots of a project. */
export function RobotsPage() {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const client = useQueryClient();
  const right = useRight('administer');
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<RobotWithSecret>();
  const make = async ({ name, description = '', ends, permissions }: RobotValues) => {
    const expiresAt = endOf(ends, registryNow());
    const body = { name, description, permissions: [...permissions], ...(expiresAt !== undefined && { expiresAt }) };
    setMade(await bodyOf(api.POST('/api/v1/projects/{project}/robots', { params: { path: { project } }, body })));
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <>
      <PageHead title={say('robots')} about={say('robotsAbout')}>
        <RightButton right={right} type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newRobot')}
        </RightButton>
      </PageHead>
      <WithRight right={right}>
        <Robots />
      </WithRight>
      {isMaking && <RobotForm onSubmit={make} onClose={() => setMaking(false)} />}
      {made && <RobotSecret made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function Robots() {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const pages = usePages([...projectKey(project), 'robots'], (at) =>
    api.GET('/api/v1/projects/{project}/robots', { params: { path: { project }, query: { ...at, limit: 50 } } }),
  );
  return (
    <RecordTable<Robot>
      label={say('robots')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<EmptyState title={say('noRobots')} description={say('noRobotsNext')} />}
      columns={[
        {
          key: 'name',
          title: say('name'),
          render: ({ id, name, disabled }) => (
            <>
              <Link to="/projects/$project/robots/$robot" params={{ project, robot: id }}>
                {name}
              </Link>{' '}
              {disabled && <Tag color="red">{say('disabled')}</Tag>}
            </>
          ),
        },
        { key: 'description', title: say('description'), render: ({ description }) => description },
        {
          key: 'may',
          title: say('permissions'),
          render: ({ permissions }) => permissions.map(({ role, repositories = '**' }) => `${role} ${repositories}`).join(', '),
        },
        { key: 'used', title: say('lastUsed'), render: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : sayForm('never')) },
        {
          key: 'ends',
          title: say('ends'),
          render: ({ expiresAt }) => (expiresAt === 'never' ? sayForm('never') : <TimeAgo at={expiresAt} />),
        },
      ]}
    />
  );
}
