import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Form } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api } from '../api/client.ts';
import { overviewQuery } from '../api/overview-query.ts';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

const found = 20;

/** Which repository: the registry searches as one types; before that, those that were pushed to last. Give it a key of what is chosen. */
export function RepositoryField({ id, label, placeholder, chosen = '', onChoose }: FieldProps) {
  const [typed, setTyped] = useState(chosen);
  const names = useRepositoryNames(typed);
  return (
    <Form.Item label={label} htmlFor={id}>
      <AutoComplete
        id={id}
        value={typed}
        placeholder={placeholder}
        options={names.map((value) => ({ value }))}
        onChange={setTyped}
        onSelect={onChoose}
        onBlur={() => typed.trim() !== chosen && names.includes(typed.trim()) && onChoose(typed.trim())}
      />
    </Form.Item>
  );
}

function useRepositoryNames(typed: string): readonly string[] {
  const query = useDeferredValue(typed.trim());
  const isQuery = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.test(query);
  const matches = useQuery({
    queryKey: ['repositories', 'search', query],
    enabled: isQuery,
    queryFn: async () => (await api.GET('/api/v1/repositories', { params: { query: { q: query, limit: found } } })).data ?? null,
  });
  const recent = useQuery({ ...overviewQuery, enabled: query === '' });
  if (isQuery) return matches.data?.items.map(({ name }) => name) ?? [];
  return query === '' ? [...new Set(recent.data?.recentPushes.map(({ repository }) => repository) ?? [])] : [];
}

/** Which tag or digest of a repository: the tags that begin so; before that, those that were set last. Give it a key of what is chosen. */
export function ReferenceField({ repository, id, label, placeholder, chosen = '', onChoose }: FieldProps & { repository: string }) {
  const [typed, setTyped] = useState(chosen);
  const prefix = useDeferredValue(typed.trim());
  const isPrefix = /^[a-zA-Z0-9_.-]{1,128}$/.test(prefix) && prefix !== chosen;
  const tags = useQuery({
    queryKey: ['repositories', repository, 'tags', 'newest', isPrefix ? prefix : ''],
    queryFn: async () => {
      const query = { limit: found, ...(isPrefix ? { prefix } : { sort: '-updatedAt' as const }) };
      return (await api.GET('/api/v1/repositories/{repository}/tags', { params: { path: { repository }, query } })).data ?? null;
    },
  });
  return (
    <Form.Item label={label} htmlFor={id}>
      <AutoComplete
        id={id}
        value={typed}
        placeholder={placeholder}
        options={tags.data?.items.map(({ name }) => ({ value: name })) ?? []}
        onChange={setTyped}
        onSelect={onChoose}
        onBlur={() => typed.trim() !== '' && typed.trim() !== chosen && onChoose(typed.trim())}
      />
    </Form.Item>
  );
}
