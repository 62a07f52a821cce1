import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Select } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { RobotSecret, type RobotWithSecret } from './robot-secret.tsx';
import type { Robot } from './robots-page.tsx';

/** Seconds for which the secret before stays good, that one can choose. */
const overlaps = [0, 3600, 86_400, 604_800] as const;

/** A button that gives a robot a new secret and shows it, this once. */
export function RobotRotation({ robot }: { robot: Robot }) {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [made, setMade] = useState<RobotWithSecret>();
  const rotate = async (body: { overlapSeconds: number }) => {
    const path = { project, robot: robot.id };
    setMade(await bodyOf(api.POST('/api/v1/projects/{project}/robots/{robot}/rotate', { params: { path }, body })));
    await client.invalidateQueries({ queryKey: projectKey(project) });
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{say('rotate')}</Button>
      {isAsking && (
        <FormDialog<{ overlapSeconds: number }>
          title={say('rotateOf', { name: robot.name })}
          submit={say('rotate')}
          initial={{ overlapSeconds: 86_400 }}
          onSubmit={rotate}
          onClose={() => setAsking(false)}
        >
          <Form.Item name="overlapSeconds" label={say('overlap')} extra={say('overlapHelp')}>
            <Select options={overlaps.map((value) => ({ value, label: say(`overlap.${value}`) }))} />
          </Form.Item>
        </FormDialog>
      )}
      {made && <RobotSecret made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}
