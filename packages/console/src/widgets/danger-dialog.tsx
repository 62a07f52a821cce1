import { Alert, Flex, Input, Typography } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';

/** Asks before something is lost: says what (`children`), and wants its name typed. It is there as long as it is rendered. */
export function DangerDialog(props: {
  title: string;
  /** What has to be typed. */
  name: string;
  /** What the button says that does it. */
  action: string;
  isBusy: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const say = useTexts(appTexts);
  const { title, name, action, isBusy, error, onConfirm, onClose, children } = props;
  const [typed, setTyped] = useState('');
  const field = useId();
  const isSame = typed.trim() === name;
  const confirm = () => {
    if (isSame && !isBusy) onConfirm();
  };
  return (
    <Dialog
      title={title}
      okText={action}
      okButtonProps={{ danger: true, disabled: !isSame }}
      confirmLoading={isBusy}
      onOk={confirm}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        <Alert type="warning" showIcon title={children} />
        <Flex vertical gap={4}>
          <label htmlFor={field}>
            {say('typeName')} <Typography.Text code>{name}</Typography.Text>
          </label>
          <Input
            id={field}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setTyped(target.value)}
            onPressEnter={confirm}
          />
        </Flex>
        {error === null ? null : <Problem error={error} />}
      </Flex>
    </Dialog>
  );
}
