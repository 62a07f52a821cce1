import { Flex, Input, Select, Table } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ChangeTag } from './change-tag.tsx';
import type { ComparisonResult } from './queries.ts';

type PackageDifference = ComparisonResult['packages'][number];

const groups = ['everyKind', 'osPackages', 'languagePackages'] as const;
type Group = (typeof groups)[number];
const osKinds: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk', 'pacman', 'opkg']);

/** Packages that came, went, or have another version. All of them are there: the list is bounded. */
export function PackageDifferences({ differences }: { differences: readonly PackageDifference[] }) {
  const say = useTexts(compareTexts);
  const [typed, setTyped] = useState('');
  const [group, setGroup] = useState<Group>('everyKind');
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const rows = useMemo(
    () =>
      differences
        .filter(({ kind }) => group === 'everyKind' || osKinds.has(kind) === (group === 'osPackages'))
        .filter(({ name }) => name.toLowerCase().includes(wanted)),
    [differences, group, wanted],
  );
  if (differences.length === 0) return <EmptyState title={say('noPackages')} />;
  return (
    <Flex vertical gap="middle">
      <Flex wrap gap="small">
        <Input
          allowClear
          value={typed}
          aria-label={say('findPackage')}
          placeholder={say('findPackage')}
          onChange={({ target }) => setTyped(target.value)}
          style={{ width: 300, maxWidth: '100%' }}
        />
        <Select<Group>
          aria-label={say('packageKind')}
          value={group}
          onChange={setGroup}
          options={groups.map((value) => ({ value, label: say(value) }))}
          style={{ minWidth: 260 }}
        />
      </Flex>
      <Table<PackageDifference>
        size="small"
        pagination={{ pageSize: 100, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 700 }}
        rowKey={({ kind, name }) => `${kind} ${name}`}
        dataSource={rows}
        locale={{ emptyText: say('noPackagesLike') }}
        columns={[
          { key: 'change', title: say('change'), width: 130, render: (_, { change }) => <ChangeTag change={change} /> },
          { key: 'kind', title: say('packageKind'), dataIndex: 'kind', width: 90 },
          { key: 'name', title: say('package'), render: (_, { name }) => <span className="compare-text">{name}</span> },
          { key: 'from', title: say('before'), render: (_, { from }) => <Versions versions={from} /> },
          { key: 'to', title: say('after'), render: (_, { to }) => <Versions versions={to} /> },
        ]}
      />
    </Flex>
  );
}

function Versions({ versions }: { versions: readonly string[] }) {
  return <code className="compare-text">{versions.length === 0 ? '–' : versions.join(', ')}</code>;
}
