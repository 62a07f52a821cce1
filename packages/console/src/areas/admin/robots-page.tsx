import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, Input, InputNumber, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { registryNow } from '../../api/registry-clock.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RoleSelect } from '../../widgets/role-select.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';
import { rolesQuery } from './roles-query.ts';
import { ShownOnce } from './shown-once.tsx';

type Robot = components['schemas']['Robot'];
type WithSecret = components['schemas']['RobotWithSecret'];

/** Robots of the registry itself. */
export function RobotsPage() {
  const say = useTexts(adminTexts);
  const [isMaking, setMaking] = useState(false);
  const [shown, setShown] = useState<WithSecret>();
  const pages = usePages(['robots'], (at) => api.GET('/api/v1/robots', { params: { query: { ...at, limit: 50 } } }));
  return (
    <>
      <About title={say('robots')} about={say('robotsAbout')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {say('newRobot')}
        </Button>
      </About>
      {shown && (
        <ShownOnce
          title={say('secretOnce', { name: shown.robot.userName })}
          secret={shown.secret}
          copy={say('copySecret')}
          onClose={() => setShown(undefined)}
        />
      )}
      <RecordTable<Robot>
        label={say('robots')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noRobots')} description={say('noRobotsNext')} />}
        columns={useColumns(setShown)}
      />
      {isMaking && <NewRobot onMade={setShown} onClose={() => setMaking(false)} />}
    </>
  );
}

function useColumns(onSecret: (shown: WithSecret) => void) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  return [
    {
      key: 'name',
      title: say('userName'),
      render: ({ userName, description, disabled }: Robot) => (
        <>
          <code>{userName}</code> {disabled && <Tag color="red">{say('disabled')}</Tag>}
          <div className="admin-wrap">{description}</div>
        </>
      ),
    },
    {
      key: 'may',
      title: say('permissions'),
      render: ({ permissions }: Robot) =>
        permissions.map(({ project, repositories = '**', role }) => {
          const place = project === undefined ? say('everyProject') : repositories === '**' ? project : `${project}/${repositories}`;
          return <div key={`${role} ${place}`}>{say('permissionOf', { role, place })}</div>;
        }),
    },
    {
      key: 'expires',
      title: say('expires'),
      render: ({ expiresAt }: Robot) => (expiresAt === 'never' ? sayForm('never') : <TimeAgo at={expiresAt} />),
    },
    {
      key: 'used',
      title: say('lastUsed'),
      render: ({ lastUsedAt, lastUsedAddress }: Robot) =>
        lastUsedAt === undefined ? (
          sayForm('never')
        ) : (
          <>
            <TimeAgo at={lastUsedAt} /> {lastUsedAddress}
          </>
        ),
    },
    { key: 'do', title: '', align: 'end' as const, render: (robot: Robot) => <RobotActions robot={robot} onSecret={onSecret} /> },
  ];
}

function RobotActions({ robot: { id, userName, disabled }, onSecret }: { robot: Robot; onSecret: (shown: WithSecret) => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const params = { path: { robot: id } };
  const name = userName;
  const asksAgain = () => client.invalidateQueries({ queryKey: ['robots'] });
  const rotate = async () => {
    onSecret(await bodyOf(api.POST('/api/v1/robots/{robot}/rotate', { params, body: { overlapSeconds: 86_400 } })));
    await asksAgain();
  };
  const setDisabled = async (value: boolean) => {
    const { etag } = await versionedOf(api.GET('/api/v1/robots/{robot}', { params }));
    await api.PATCH('/api/v1/robots/{robot}', { params: { ...params, header: { 'If-Match': etag } }, body: { disabled: value } });
    await asksAgain();
  };
  const remove = async () => {
    await api.DELETE('/api/v1/robots/{robot}', { params });
    await asksAgain();
  };
  return (
    <Flex gap="small" justify="end" wrap>
      <ConfirmButton label={say('rotate')} title={say('rotateTitle', { name })} onConfirm={rotate} button={{ danger: false }}>
        {say('rotateLoses')}
      </ConfirmButton>
      {disabled ? (
        <Button size="small" onClick={() => void setDisabled(false)}>
          {say('enable')}
        </Button>
      ) : (
        <ConfirmButton label={say('disable')} title={say('disableTitle', { name })} onConfirm={() => setDisabled(true)}>
          {say('disableLoses')}
        </ConfirmButton>
      )}
      <ConfirmButton label={sayForm('delete')} title={say('deleteRobot', { name })} onConfirm={remove}>
        {say('deleteRobotLoses')}
      </ConfirmButton>
    </Flex>
  );
}

interface NewRobotValues {
  readonly name: string;
  readonly description?: string;
  readonly role: string;
  readonly project?: string;
  readonly repositories: string;
  readonly days: number | null;
}

function NewRobot({ onMade, onClose }: { onMade: (made: WithSecret) => void; onClose: () => void }) {
  const say = useTexts(adminTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const roles = useQuery(rolesQuery).data;
  const make = async ({ name, description, role, project, repositories, days }: NewRobotValues) => {
    const permission = { role, repositories, ...(project && { project }) };
    const expiresAt = days === null ? 'never' : new Date(registryNow() + days * 86_400_000).toISOString();
    const body = { name, ...(description && { description }), expiresAt, permissions: [permission] };
    onMade(await bodyOf(api.POST('/api/v1/robots', { body })));
    await client.invalidateQueries({ queryKey: ['robots'] });
  };
  const required = { required: true, message: sayForm('required') };
  return (
    <FormDialog<NewRobotValues>
      title={say('newRobot')}
      submit={sayForm('create')}
      initial={{ repositories: '**', days: 90 }}
      onSubmit={make}
      onClose={onClose}
    >
      <Form.Item name="name" label={say('name')} extra={say('nameHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="description" label={say('description')}>
        <Input maxLength={1000} />
      </Form.Item>
      <RoleSelect roles={roles} />
      <Form.Item name="project" label={say('project')} extra={say('projectHelp')}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="repositories" label={say('where')} extra={say('whereHelp')} rules={[required]}>
        <Input autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="days" label={say('days')} extra={say('daysHelp')}>
        <InputNumber min={1} max={3650} precision={0} />
      </Form.Item>
    </FormDialog>
  );
}
