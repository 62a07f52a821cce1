import { useMutation } from '@tanstack/react-query';
import { Form } from 'antd';
import type { ReactNode } from 'react';
import { useRegistryWords } from '../i18n/language.tsx';
import { Dialog } from './dialog.tsx';
import { markFaults } from './mark-faults.ts';
import { Problem } from './problem.tsx';

/**
 * A form over the page. It closes when `onSubmit` has done its work; what is refused is shown, and nothing that was typed is lost. `children`:
 * `Form.Item`s.
 */
export function FormDialog<V extends object>({
  title,
  submit,
  initial,
  onSubmit,
  onClose,
  width,
  children,
}: {
  title: string;
  /** What the button says. */
  submit: string;
  initial?: Partial<V>;
  onSubmit: (values: V) => Promise<unknown>;
  onClose: () => void;
  width?: number;
  children: ReactNode;
}) {
  const [form] = Form.useForm<V>();
  const words = useRegistryWords();
  const sending = useMutation({ mutationFn: onSubmit, onSuccess: onClose, onError: (error) => markFaults(form, error, words) });
  return (
    <Dialog
      title={title}
      okText={submit}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={sending.isPending}
      mask={{ closable: false }}
      width={width ?? 560}
    >
      <Form<V> form={form} layout="vertical" {...(initial && { initialValues: initial })} onFinish={(values) => sending.mutate(values)}>
        {sending.error && <Problem error={sending.error} />}
        {children}
      </Form>
    </Dialog>
  );
}
