import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Form } from 'antd';
import { useDeferredValue } from 'react';
import { bodyOf } from '../api/answer.ts';
import { api } from '../api/client.ts';
import { useLastMe } from '../api/session.ts';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';

/** Whose names are looked for. */
export type SubjectKind = 'user' | 'group';

/** The field `name` of a form: a user or a group, with those whose names begin as what is typed. They are known to administrators alone. */
export function SubjectField({ kind, label }: { kind: SubjectKind; label: string }) {
  const sayForm = useTexts(formsTexts);
  const typed = Form.useWatch<string | undefined>('name') ?? '';
  const prefix = useDeferredValue(typed.trim().toLowerCase());
  const isAdministrator = useLastMe()?.administrator === true;
  const names = useQuery({
    queryKey: ['subjects', kind, prefix],
    enabled: isAdministrator && /^[a-z0-9._-]{1,64}$/.test(prefix),
    queryFn: () => (kind === 'user' ? usersOf(prefix) : groupsOf(prefix)),
  });
  const options = (prefix === '' ? [] : (names.data ?? [])).map((value) => ({ value }));
  return (
    <Form.Item name="name" label={label} rules={[{ required: true, whitespace: true, message: sayForm('required') }]}>
      <AutoComplete options={options} maxLength={255} />
    </Form.Item>
  );
}

const most = 10;

async function usersOf(prefix: string): Promise<readonly string[]> {
  const { items } = await bodyOf(api.GET('/api/v1/users', { params: { query: { prefix, limit: most } } }));
  return items.map(({ name }) => name);
}

/** There are few groups, and they cannot be asked for by how they begin. */
async function groupsOf(prefix: string): Promise<readonly string[]> {
  const { items } = await bodyOf(api.GET('/api/v1/groups', { params: { query: { limit: 200 } } }));
  return items.map(({ name }) => name).filter((name) => name.startsWith(prefix));
}
