import { useMutation } from '@tanstack/react-query';
import type { ButtonProps } from 'antd';
import { type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { type Right, RightButton } from './rights.tsx';

/** Where nothing but the page itself is in the way. */
const anybody: Right = { allowed: true, reason: '' };

/** A button that asks before it does something that cannot be taken back, or not easily. `children`: what will come of it. */
export function ConfirmButton({
  label,
  title,
  onConfirm,
  children,
  right = anybody,
  button,
}: {
  /** What the button says, and the one that confirms. */
  label: string;
  title: string;
  onConfirm: () => Promise<unknown>;
  children: ReactNode;
  /** Who may not finds it grey. */
  right?: Right;
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
      <RightButton right={right} size="small" danger {...button} onClick={open}>
        {label}
      </RightButton>
      {isOpen && (
        <Dialog
          title={title}
          okText={label}
          okButtonProps={{ danger: true }}
          confirmLoading={doing.isPending}
          onOk={() => doing.mutate()}
          onCancel={() => setOpen(false)}
        >
          {doing.error && <Problem error={doing.error} />}
          {children}
        </Dialog>
      )}
    </>
  );
}
