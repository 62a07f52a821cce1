import { useMutation } from '@tanstack/react-query';
import { Button, type ButtonProps, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { Problem } from './problem.tsx';

/** A button that asks before it does something that cannot be taken back, or not easily. `children`: what will come of it. */
export function ConfirmButton({
  label,
  title,
  onConfirm,
  children,
  button,
}: {
  /** What the button says, and the one that confirms. */
  label: string;
  title: string;
  onConfirm: () => Promise<unknown>;
  children: ReactNode;
  button?: ButtonProps;
}) {
  const [isOpen, setOpen] = useState(false);
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: () => setOpen(false) });
  const open = () => {
    doing.reset();
    setOpen(true);
  };
  return (
    <>
      <Button size="small" danger {...button} onClick={open}>
        {label}
      </Button>
      {isOpen && (
        <Modal
          open
          title={title}
          okText={label}
          okButtonProps={{ danger: true }}
          confirmLoading={doing.isPending}
          onOk={() => doing.mutate()}
          onCancel={() => setOpen(false)}
        >
          {doing.error && <Problem error={doing.error} />}
          {children}
        </Modal>
      )}
    </>
  );
}
