import { ApiProblem } from '@longshore/api-client';
import { useMutation } from '@tanstack/react-query';
import { Form, type FormInstance, Modal } from 'antd';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

/** Puts what the registry finds wrong with a field at the field; what has none there is in the problem above the form. */
function markFaults<V extends object>(form: FormInstance<V>, error: Error): void {
  if (!(error instanceof ApiProblem)) return;
  for (const { pointer, detail } of error.faults) {
    const name = pointer.split('/').slice(1);
    if (name.length > 0) form.setFields([{ name: name as never, errors: [detail] }]);
  }
}

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
  const sending = useMutation({ mutationFn: onSubmit, onSuccess: onClose, onError: (error) => markFaults(form, error) });
  return (
    <Modal
      open
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
    </Modal>
  );
}
