import { PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Flex, Form, Input } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { type RecordColumn, RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { TrustTrial } from './trust-trial.tsx';

type RobotTrust = components['schemas']['RobotTrust'];

/** Whose tokens and certificates a robot takes for itself. */
export function RobotTrusts({ robot }: { robot: string }) {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const client = useQueryClient();
  const [open, setOpen] = useState<'add' | 'try'>();
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const path = { project, robot };
  const pages = usePages([...projectKey(project), 'robot', robot, 'trusts'], (at) =>
    api.GET('/api/v1/projects/{project}/robots/{robot}/trusts', { params: { path, query: at } }),
  );
  const add = async (body: { issuer: string; rule: string }) => {
    const made = await bodyOf(api.POST('/api/v1/projects/{project}/robots/{robot}/trusts', { params: { path }, body }));
    setWarnings(made.warnings);
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  const remove = async (trust: string) => {
    await api.DELETE('/api/v1/projects/{project}/robots/{robot}/trusts/{trust}', { params: { path: { ...path, trust } } });
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" align="start" wrap gap="small">
        <span style={{ flex: '1 1 320px' }}>{say('trustsAbout')}</span>
        <Flex gap="small">
          <Button onClick={() => setOpen('try')}>{say('tryRule')}</Button>
          <Button icon={<PlusOutlined />} onClick={() => setOpen('add')}>
            {say('addTrust')}
          </Button>
        </Flex>
      </Flex>
      {warnings.map((text) => (
        <Alert key={text} type="warning" showIcon title={text} />
      ))}
      <RecordTable<RobotTrust>
        label={say('trusts')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noTrusts')} description={say('noTrustsNext')} />}
        columns={useTrustColumns(remove)}
      />
      {open === 'add' && <AddTrust onAdd={add} onClose={() => setOpen(undefined)} />}
      {open === 'try' && <TrustTrial robot={robot} onClose={() => setOpen(undefined)} />}
    </Flex>
  );
}

function useTrustColumns(remove: (trust: string) => Promise<void>): readonly RecordColumn<RobotTrust>[] {
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  return [
    { key: 'issuer', title: say('issuer'), render: ({ issuer }) => issuer },
    { key: 'rule', title: say('rule'), render: ({ rule }) => <code>{rule}</code> },
    {
      key: 'used',
      title: say('lastUsed'),
      render: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : sayForm('never')),
    },
    {
      key: 'do',
      title: '',
      align: 'end',
      render: ({ id, issuer }) => (
        <ConfirmButton label={sayForm('remove')} title={say('removeTrust', { issuer })} onConfirm={() => remove(id)}>
          <p>{say('removeTrustLoses')}</p>
        </ConfirmButton>
      ),
    },
  ];
}

interface NewTrust {
  readonly issuer: string;
  readonly rule: string;
}

function AddTrust({ onAdd, onClose }: { onAdd: (trust: NewTrust) => Promise<void>; onClose: () => void }) {
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  return (
    <FormDialog<NewTrust> title={say('addTrust')} submit={sayForm('add')} onSubmit={onAdd} onClose={onClose}>
      <Form.Item name="issuer" label={say('issuer')} extra={say('issuerHelp')} rules={[{ required: true, message: sayForm('required') }]}>
        <Input autoComplete="off" maxLength={64} />
      </Form.Item>
      <Form.Item name="rule" label={say('rule')} extra={say('ruleHelp')} rules={[{ required: true, message: sayForm('required') }]}>
        <Input.TextArea rows={3} maxLength={2048} />
      </Form.Item>
    </FormDialog>
  );
}
