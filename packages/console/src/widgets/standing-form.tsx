import { ApiProblem } from '@longshore/api-client';
import { useMutation } from '@tanstack/react-query';
import { Button, Flex, Form, type FormInstance } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import type { Versioned } from '../api/answer.ts';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useRegistryWords, useTexts } from '../i18n/language.tsx';
import { markFaults } from './mark-faults.ts';
import { Problem } from './problem.tsx';

/**
 * A form that stays on its page after it has been saved, and says that it was. What somebody is typing is never filled over, whatever happens to
 * what is stored: a save names the version that the fields were filled with. `children`: `Form.Item`s.
 */
export function StandingForm<V extends object>({
  form: given,
  stored: { value, etag },
  onSave,
  onReload,
  isReadOnly = false,
  button,
  children,
}: {
  form?: FormInstance<V>;
  /** What the fields begin with, and its version. */
  stored: Versioned<V>;
  /** Stores it over `etag`, and answers the version that it has then; `stored` is that one before it resolves. */
  onSave: (values: V, etag: string) => Promise<string>;
  /** Asks for `stored` again; rejects when no answer comes. */
  onReload: () => Promise<unknown>;
  isReadOnly?: boolean;
  /** The button that saves: `htmlType="submit"`. */
  button: (isBusy: boolean) => ReactNode;
  children: ReactNode;
}) {
  const say = useTexts(formsTexts);
  const [form] = Form.useForm(given);
  const { saving, isEdited, setEdited, save, reloading } = useSaving(form, etag, onSave, onReload);
  return (
    <Form<V>
      form={form}
      layout="vertical"
      disabled={isReadOnly}
      initialValues={value}
      onValuesChange={() => setEdited(true)}
      onFinish={save}
    >
      {children}
      <Flex vertical gap="small" align="start">
        {saving.error && <Problem error={saving.error} />}
        {reloading.error && <Problem error={reloading.error} />}
        {saving.error instanceof ApiProblem && saving.error.status === 412 && (
          <Button loading={reloading.isPending} onClick={() => reloading.mutate()}>
            {say('discard')}
          </Button>
        )}
        <Flex gap="small" align="center">
          {button(saving.isPending)}
          <span role="status">{saving.isSuccess && !isEdited ? say('saved') : ''}</span>
        </Flex>
      </Flex>
    </Form>
  );
}

/** What the fields of a form were filled with, whether they say something else by now, and the way of that into the registry and back. */
function useSaving<V extends object>(
  form: FormInstance<V>,
  etag: string,
  onSave: (values: V, etag: string) => Promise<string>,
  onReload: () => Promise<unknown>,
) {
  const words = useRegistryWords();
  const [filled, setFilled] = useState(etag);
  const [isEdited, setEdited] = useState(false);
  const saving = useMutation({
    mutationFn: (values: V) => onSave(values, filled),
    onSuccess: setFilled,
    onError: (error) => {
      setEdited(true);
      markFaults(form, error, words);
    },
  });
  const { isPending } = saving;
  useEffect(() => {
    if (etag === filled || isEdited || isPending) return;
    form.resetFields();
    setFilled(etag);
  }, [etag, filled, isEdited, isPending, form]);
  const save = (values: V) => {
    // What is typed while it is on its way is typed over what it stores.
    setEdited(false);
    saving.mutate(values);
  };
  const reloading = useMutation({
    mutationFn: onReload,
    // What is typed is given up for what came, not for a refusal.
    onSuccess: () => {
      saving.reset();
      setEdited(false);
    },
  });
  return { saving, isEdited, setEdited, save, reloading };
}
