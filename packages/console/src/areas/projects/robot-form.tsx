import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { components } from '@longshore/api-client';
import { useQuery } from '@tanstack/react-query';
import { Button, Flex, Form, Input, Select } from 'antd';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { rolesQuery, useProjectName } from './project-queries.ts';

type Permission = components['schemas']['RobotPermission'];

/** What is said of a robot when it is made or changed. */
export interface RobotValues {
  readonly name: string;
  readonly description: string;
  /** `keep`: the end that it has. */
  readonly ends: '30' | '90' | '365' | 'never' | 'keep';
  readonly permissions: readonly Permission[];
}

/** The end that was chosen as the API takes it; undefined: as it is. */
export function endOf(ends: RobotValues['ends'], now: number): string | undefined {
  if (ends === 'keep') return undefined;
  return ends === 'never' ? 'never' : new Date(now + Number(ends) * 86_400_000).toISOString();
}

/** The form of a robot. `initial`: of one that is changed, which keeps its name. */
export function RobotForm({
  initial,
  onSubmit,
  onClose,
}: {
  initial?: RobotValues;
  onSubmit: (values: RobotValues) => Promise<unknown>;
  onClose: () => void;
}) {
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const required = { required: true, message: sayForm('required') };
  const ends = [...(initial === undefined ? [] : (['keep'] as const)), '30', '90', '365', 'never'] as const;
  const fresh: Partial<RobotValues> = { ends: '90', permissions: [{ repositories: '**', role: 'reader' }] };
  return (
    <FormDialog<RobotValues>
      title={initial === undefined ? say('newRobot') : say('changeRobot', { name: initial.name })}
      submit={initial === undefined ? sayForm('create') : sayForm('save')}
      initial={initial ?? fresh}
      onSubmit={onSubmit}
      onClose={onClose}
      width={640}
    >
      {initial === undefined && (
        <Form.Item name="name" label={say('name')} extra={say('nameHelp')} rules={[required]}>
          <Input autoComplete="off" maxLength={64} />
        </Form.Item>
      )}
      <Form.Item name="description" label={say('description')}>
        <Input autoComplete="off" maxLength={1000} />
      </Form.Item>
      <Form.Item name="ends" label={say('ends')}>
        <Select options={ends.map((value) => ({ value, label: say(`ends.${value}`) }))} />
      </Form.Item>
      <Permissions />
    </FormDialog>
  );
}

function Permissions() {
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const roles = useQuery(rolesQuery(useProjectName())).data ?? [];
  const required = { required: true, message: sayForm('required') };
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend>{say('permissions')}</legend>
      <Form.List name="permissions">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <Flex key={key} gap="small" align="start">
                <Form.Item name={[name, 'repositories']} rules={[required]} style={{ flex: 2 }}>
                  <Input aria-label={say('repositories')} autoComplete="off" />
                </Form.Item>
                <Form.Item name={[name, 'role']} rules={[required]} style={{ flex: 1 }}>
                  <Select aria-label={say('role')} showSearch options={roles.map((role) => ({ value: role.name, label: role.name }))} />
                </Form.Item>
                <Button icon={<DeleteOutlined />} aria-label={sayForm('remove')} onClick={() => remove(name)} />
              </Flex>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ repositories: '**', role: 'reader' })}>
              {say('addPermission')}
            </Button>
          </>
        )}
      </Form.List>
      <p>{say('permissionsHelp')}</p>
    </fieldset>
  );
}
