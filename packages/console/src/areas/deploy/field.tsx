import type { Fault } from '@longshore/deploy';
import { Form, Input, InputNumber, Select } from 'antd';
import { createContext, type ReactElement, type ReactNode, useContext } from 'react';
import { deployProblemTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';

/** What is wrong with the form now; every field looks for its own. */
export const Faults = createContext<readonly Fault[]>([]);

/** One field at its path in the values; says what is wrong with it. Within a list, `list` is where the list stands. */
export function Field({
  path,
  list,
  label,
  extra,
  children,
}: {
  path: readonly (string | number)[];
  list?: string;
  label: ReactNode;
  extra?: ReactNode;
  children: ReactElement;
}) {
  const say = useTexts(deployProblemTexts);
  const place = (list === undefined ? path : [list, ...path]).join('.');
  const fault = useContext(Faults).find(({ field }) => field === place);
  return (
    <Form.Item name={[...path]} label={label} extra={extra} {...(fault && { validateStatus: 'error' as const, help: say(fault.problem) })}>
      {children}
    </Form.Item>
  );
}

type Place = Omit<Parameters<typeof Field>[0], 'children'>;

/** A line of text. */
export function TextField({ placeholder, ...place }: Place & { placeholder?: string }) {
  return (
    <Field {...place}>
      <Input autoComplete="off" spellCheck={false} {...(placeholder !== undefined && { placeholder })} />
    </Field>
  );
}

/** A whole number. */
export function NumberField({ most, ...place }: Place & { most: number }) {
  return (
    <Field {...place}>
      <InputNumber min={0} max={most} precision={0} style={{ width: '100%' }} />
    </Field>
  );
}

/** One of a few. */
export function ChoiceField({ options, ...place }: Place & { options: readonly { value: string; label: ReactNode }[] }) {
  return (
    <Field {...place}>
      <Select options={[...options]} />
    </Field>
  );
}
