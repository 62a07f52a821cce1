import { Table } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { DigestText } from '../../widgets/digest-text.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import type { ComparisonResult } from './queries.ts';

/** Layers of both sides, from the bottom up: those that both have, then those that one has. */
export function ComparedLayers({ layers: { from, to } }: { layers: ComparisonResult['layers'] }) {
  const say = useTexts(compareTexts);
  const rows = [
    ...to.filter(({ shared }) => shared).map((layer) => ({ ...layer, where: 'inBoth' as const })),
    ...from.filter(({ shared }) => !shared).map((layer) => ({ ...layer, where: 'inFrom' as const })),
    ...to.filter(({ shared }) => !shared).map((layer) => ({ ...layer, where: 'inTo' as const })),
  ].map((layer, place) => ({ ...layer, place }));
  return (
    <Table
      size="small"
      pagination={false}
      scroll={{ x: 700 }}
      rowKey="place"
      dataSource={rows}
      columns={[
        { key: 'where', title: say('where'), width: 170, render: (_, { where }) => say(where) },
        { key: 'digest', title: say('digest'), width: 220, render: (_, { digest }) => <DigestText digest={digest} /> },
        { key: 'size', title: say('layerSize'), width: 110, align: 'end', render: (_, { sizeBytes }) => <SizeText bytes={sizeBytes} /> },
        { key: 'type', title: say('mediaType'), dataIndex: 'mediaType', ellipsis: true },
      ]}
    />
  );
}
