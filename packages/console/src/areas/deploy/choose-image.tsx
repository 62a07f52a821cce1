import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { AutoComplete, Form } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api } from '../../api/client.ts';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import type { DeploySearch } from './deploy-search.ts';

/** Which image: the registry searches as one types. */
export function ChooseImage({ repository, reference }: DeploySearch) {
  const navigate = useNavigate();
  const go = (search: DeploySearch) => void navigate({ to: '/deploy', search });
  return (
    <Form layout="vertical" className="deploy-fields">
      <Repository key={`of ${repository}`} chosen={repository} onChoose={(name) => go({ repository: name })} />
      {repository !== undefined && (
        <Reference
          key={`${repository} at ${reference}`}
          repository={repository}
          chosen={reference}
          onChoose={(name) => go({ repository, reference: name })}
        />
      )}
    </Form>
  );
}

function Repository({ chosen = '', onChoose }: { chosen: string | undefined; onChoose: (name: string) => void }) {
  const say = useTexts(deployTexts);
  const [typed, setTyped] = useState(chosen);
  const query = useDeferredValue(typed.trim());
  const found = useQuery({
    queryKey: ['repositories', 'search', query],
    enabled: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.test(query),
    queryFn: async () => (await api.GET('/api/v1/repositories', { params: { query: { q: query, limit: 20 } } })).data ?? null,
  });
  return (
    <Form.Item label={say('repository')} htmlFor="deploy-repository">
      <AutoComplete
        id="deploy-repository"
        value={typed}
        placeholder={say('chooseRepository')}
        options={found.data?.items.map(({ name }) => ({ value: name })) ?? []}
        onChange={setTyped}
        onSelect={onChoose}
      />
    </Form.Item>
  );
}

interface ReferenceProps {
  readonly repository: string;
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

function Reference({ repository, chosen = '', onChoose }: ReferenceProps) {
  const say = useTexts(deployTexts);
  const [typed, setTyped] = useState(chosen);
  const prefix = useDeferredValue(typed.trim());
  const isPrefix = /^[a-zA-Z0-9_.-]{1,128}$/.test(prefix) && prefix !== chosen;
  const found = useQuery({
    queryKey: ['repositories', repository, 'tags', 'newest', isPrefix ? prefix : ''],
    queryFn: async () => {
      const query = { limit: 20, ...(isPrefix ? { prefix } : { sort: '-updatedAt' as const }) };
      return (await api.GET('/api/v1/repositories/{repository}/tags', { params: { path: { repository }, query } })).data ?? null;
    },
  });
  return (
    <Form.Item label={say('version')} htmlFor="deploy-version">
      <AutoComplete
        id="deploy-version"
        value={typed}
        placeholder={say('chooseVersion')}
        options={found.data?.items.map(({ name }) => ({ value: name })) ?? []}
        onChange={setTyped}
        onSelect={onChoose}
        onBlur={() => typed.trim() !== '' && typed !== chosen && onChoose(typed.trim())}
      />
    </Form.Item>
  );
}
