import { ApiProblem } from '@longshore/api-client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { AutoComplete, Form } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api } from '../api/client.ts';
import { type ImageName, namesMeant } from '../api/image-name.ts';
import { overviewQuery } from '../api/overview-query.ts';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { Problem } from './problem.tsx';
import { visibleText } from './visible-text.ts';

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly chosen: string | undefined;
}

const found = 20;

/**
 * Which repository: the registry searches as one types; before that, those that were pushed to last. A whole name may be typed or pasted, with a tag or
 * digest and the address of a registry as commands have it. Give it a key of what is chosen.
 */
export function RepositoryField(props: FieldProps & { readonly onChoose: (image: ImageName) => void }) {
  const sayForm = useTexts(formsTexts);
  const { id, label, placeholder, chosen = '', onChoose } = props;
  const [typed, setTyped] = useState(chosen);
  const names = useRepositoryNames(typed);
  const choose = (image: ImageName) => {
    setTyped(image.repository);
    if (image.repository !== chosen || image.reference !== undefined) onChoose(image);
  };
  const finding = useMutation({
    mutationFn: firstThere,
    onSuccess: (image) => image && choose(image),
  });
  const leave = () => {
    if (typed.trim() !== chosen && typed.trim() !== '') finding.mutate(namesMeant(typed));
  };
  const type = (text: string) => {
    setTyped(text);
    finding.reset();
  };
  const isNone = finding.isSuccess && finding.data === undefined;
  return (
    <Form.Item
      label={label}
      htmlFor={id}
      {...(isNone && { validateStatus: 'warning', help: sayForm('noRepository', { name: visibleText(typed.trim()) }) })}
    >
      {finding.error === null ? null : <Problem error={finding.error} />}
      <AutoComplete
        id={id}
        value={typed}
        placeholder={placeholder}
        options={names.map((value) => ({ value }))}
        onChange={type}
        onSelect={(repository) => choose({ repository })}
        onBlur={leave}
        onInputKeyDown={({ key }) => key === 'Enter' && names.length === 0 && leave()}
      />
    </Form.Item>
  );
}

/** The first of these whose repository is there for whoever looks. */
async function firstThere(images: readonly ImageName[]): Promise<ImageName | undefined> {
  for (const image of images) {
    try {
      await api.GET('/api/v1/repositories/{repository}', { params: { path: { repository: image.repository } } });
      return image;
    } catch (error) {
      const isNone = error instanceof ApiProblem && error.status < 500 && error.status !== 429;
      if (!isNone) throw error;
    }
  }
  return undefined;
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
export function ReferenceField(props: FieldProps & { readonly repository: string; readonly onChoose: (reference: string) => void }) {
  const { repository, id, label, placeholder, chosen = '', onChoose } = props;
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
