import type { components } from '@longshore/api-client';
import { Alert, Button, Flex } from 'antd';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { Dialog } from '../../widgets/dialog.tsx';
import { RobotUse } from './robot-use.tsx';

/** A robot with the secret that is answered this once. */
export type RobotWithSecret = components['schemas']['RobotWithSecret'];

/** Shows a new secret, this once, with what to do with it. It is closed by its button alone. */
export function RobotSecret({ made: { robot, secret }, onClose }: { made: RobotWithSecret; onClose: () => void }) {
  const say = useTexts(robotsTexts);
  return (
    <Dialog
      width={720}
      title={say('secretOf', { name: robot.name })}
      footer={
        <Button type="primary" onClick={onClose}>
          {say('secretKept')}
        </Button>
      }
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={say('secretOnce')} />
        <div>
          <strong>{say('userName')}</strong>
          <CodeBlock text={robot.userName} label={say('userName')} />
        </div>
        <div>
          <strong>{say('secret')}</strong>
          <CodeBlock text={secret} label={say('secret')} />
        </div>
        <RobotUse userName={robot.userName} secret={secret} />
      </Flex>
    </Dialog>
  );
}
