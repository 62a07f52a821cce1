import { Table, Typography } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ChangeTag } from './change-tag.tsx';
import type { ComparisonResult } from './queries.ts';

type ConfigDifference = ComparisonResult['config'][number];

/** Values of the configuration that differ, as they are: whoever may pull an image may read them. */
export function ConfigDifferences({ differences }: { differences: readonly ConfigDifference[] }) {
  const say = useTexts(compareTexts);
  if (differences.length === 0) return <EmptyState title={say('noConfig')} />;
  return (
    <Table<ConfigDifference>
      size="small"
      pagination={{ pageSize: 100, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 700 }}
      rowKey="name"
      dataSource={[...differences]}
      columns={[
        {
          key: 'change',
          title: say('change'),
          width: 120,
          render: (_, { from, to }) => <ChangeTag change={from === undefined ? 'added' : to === undefined ? 'removed' : 'changed'} />,
        },
        { key: 'name', title: say('setting'), width: 220, render: (_, { name }) => <code className="compare-text">{name}</code> },
        { key: 'from', title: say('before'), render: (_, { from }) => <Value json={from} /> },
        { key: 'to', title: say('after'), render: (_, { to }) => <Value json={to} /> },
      ]}
    />
  );
}

function Value({ json }: { json: string | undefined }) {
  const say = useTexts(compareTexts);
  if (json === undefined) return <Typography.Text type="secondary">{say('notSet')}</Typography.Text>;
  const value: unknown = JSON.parse(json);
  return <code className="compare-text">{typeof value === 'string' ? value : JSON.stringify(value, undefined, 1)}</code>;
}
