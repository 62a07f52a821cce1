import { Progress, Table } from 'antd';
import type { Part } from '../../api/manifest-content.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { DigestText } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { FilesLink } from './files-link.tsx';

/** Layers from the bottom up, with what each weighs. */
export function LayerList({ repository, reference, layers }: { repository: string; reference: string; layers: readonly Part[] }) {
  const say = useTexts(imageTexts);
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (layers.length === 0) return <EmptyState title={say('noLayers')} />;
  return (
    <Table
      size="small"
      pagination={false}
      scroll={{ x: 900 }}
      rowKey="number"
      dataSource={layers.map((layer, index) => ({ ...layer, number: index + 1 }))}
      columns={[
        { key: 'number', title: say('number'), dataIndex: 'number', width: 64 },
        { key: 'digest', title: say('digest'), width: 220, render: (_, { digest }) => <DigestText digest={digest} /> },
        { key: 'size', title: say('size'), width: 110, align: 'end', render: (_, { sizeBytes }) => <SizeText bytes={sizeBytes} /> },
        {
          key: 'share',
          title: say('share'),
          width: 180,
          render: (_, { sizeBytes, number }) => (
            <Progress
              percent={total === 0 ? 0 : Math.round((sizeBytes / total) * 100)}
              size="small"
              status="normal"
              aria-label={`${say('share')} ${number}`}
            />
          ),
        },
        {
          key: 'files',
          title: say('files'),
          width: 90,
          render: (_, { digest }) => <FilesLink {...{ repository, reference, layer: digest }} />,
        },
        { key: 'type', title: say('mediaType'), dataIndex: 'mediaType', ellipsis: true },
      ]}
    />
  );
}
