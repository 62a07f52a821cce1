import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Button, Card, Descriptions, Flex, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf, type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { registryNow } from '../../api/registry-clock.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { WithRight } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { endOf, RobotForm, type RobotValues } from './robot-form.tsx';
import { RobotRotation } from './robot-rotation.tsx';
import { RobotTrusts } from './robot-trusts.tsx';
import { RobotUse } from './robot-use.tsx';
import type { Robot } from './robots-page.tsx';
import { useRight } from './use-right.ts';

/** One robot: what it may do, its secrets, how to use it, and whom it trusts. */
export function RobotPage() {
  return (
    <WithRight right={useRight('administer')}>
      <LoadedRobot />
    </WithRight>
  );
}

function LoadedRobot() {
  const project = useProjectName();
  const { robot = '' } = useParams({ strict: false });
  const path = { project, robot };
  const found = useQuery({
    queryKey: [...projectKey(project), 'robot', robot],
    queryFn: () => versionedOf(api.GET('/api/v1/projects/{project}/robots/{robot}', { params: { path } })),
  });
  return <Loaded query={found}>{(shown) => <ShownRobot robot={shown} />}</Loaded>;
}

function ShownRobot({ robot: versioned }: { robot: Versioned<Robot> }) {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const robot = versioned.value;
  return (
    <Flex vertical gap="middle">
      <div>
        <Link to="/projects/$project/robots" params={{ project }}>
          {say('robots')}
        </Link>
        <Flex justify="space-between" wrap gap="small" align="center">
          <h2 style={{ margin: 0 }}>
            {robot.name} {robot.disabled && <Tag color="red">{say('disabled')}</Tag>}
          </h2>
          <RobotActions robot={versioned} />
        </Flex>
      </div>
      <Card size="small" title={say('facts')}>
        <Facts robot={robot} />
      </Card>
      <Card size="small" title={say('use')}>
        <RobotUse userName={robot.userName} />
      </Card>
      <Card size="small" title={say('trusts')}>
        <RobotTrusts robot={robot.id} />
      </Card>
    </Flex>
  );
}

function Facts({ robot }: { robot: Robot }) {
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const items = [
    { key: 'user', label: say('userName'), children: <code>{robot.userName}</code> },
    { key: 'description', label: say('description'), children: robot.description || sayForm('none') },
    {
      key: 'permissions',
      label: say('permissions'),
      children: robot.permissions.map(({ role, repositories = '**' }) => `${role} ${repositories}`).join(', ') || sayForm('none'),
    },
    { key: 'ends', label: say('ends'), children: robot.expiresAt === 'never' ? sayForm('never') : <TimeAgo at={robot.expiresAt} /> },
    {
      key: 'used',
      label: say('lastUsed'),
      children: robot.lastUsedAt ? (
        <span>
          <TimeAgo at={robot.lastUsedAt} /> {robot.lastUsedAddress}
        </span>
      ) : (
        sayForm('never')
      ),
    },
    {
      key: 'secrets',
      label: say('secrets'),
      children: (
        <ul style={{ margin: 0, paddingInlineStart: 16 }}>
          {robot.secrets.map(({ id, createdAt, expiresAt }) => (
            <li key={id}>
              {say('secretMade')} <TimeAgo at={createdAt} />
              {expiresAt && (
                <>
                  , {say('secretEnds')} <TimeAgo at={expiresAt} />
                </>
              )}
            </li>
          ))}
        </ul>
      ),
    },
  ];
  return <Descriptions size="small" column={{ xs: 1, sm: 1, md: 2 }} items={items} />;
}

function RobotActions({ robot: { value: robot, etag } }: { robot: Versioned<Robot> }) {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [isChanging, setChanging] = useState(false);
  const path = { project, robot: robot.id };
  const header = { 'If-Match': etag };
  const forget = () => client.invalidateQueries({ queryKey: projectKey(project) });
  const change = async ({ description = '', ends, permissions }: RobotValues) => {
    const expiresAt = endOf(ends, registryNow());
    const body = { description, permissions: [...permissions], ...(expiresAt !== undefined && { expiresAt }) };
    await api.PATCH('/api/v1/projects/{project}/robots/{robot}', { params: { path, header }, body });
    await forget();
  };
  const toggle = useMutation({
    mutationFn: () =>
      bodyOf(api.PATCH('/api/v1/projects/{project}/robots/{robot}', { params: { path, header }, body: { disabled: !robot.disabled } })),
    onSuccess: forget,
  });
  const remove = async () => {
    await api.DELETE('/api/v1/projects/{project}/robots/{robot}', { params: { path } });
    await navigate({ to: '/projects/$project/robots', params: { project } });
    await forget();
  };
  const { name, description, permissions } = robot;
  return (
    <Flex vertical gap="small">
      <Flex gap="small" wrap>
        <Button onClick={() => setChanging(true)}>{sayForm('edit')}</Button>
        <RobotRotation robot={robot} />
        <Button loading={toggle.isPending} onClick={() => toggle.mutate()}>
          {robot.disabled ? say('enable') : say('disable')}
        </Button>
        <ConfirmButton label={sayForm('delete')} title={say('deleteRobot', { name })} onConfirm={remove} button={{ size: 'middle' }}>
          <p>{say('deleteRobotLoses')}</p>
        </ConfirmButton>
      </Flex>
      {toggle.error && <Problem error={toggle.error} />}
      {isChanging && (
        <RobotForm initial={{ name, description, ends: 'keep', permissions }} onSubmit={change} onClose={() => setChanging(false)} />
      )}
    </Flex>
  );
}
