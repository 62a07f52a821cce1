import { useQuery } from '@tanstack/react-query';
import { Table, Typography } from 'antd';
import { imageByDigestQuery } from '../../api/image-query.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ForeignText } from '../../widgets/foreign-text.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { FilesLink } from './files-link.tsx';

/** How an image was built, as lines of a Dockerfile, with the layer that each made. */
export function ImageHistory({ repository, reference, digest }: { repository: string; reference: string; digest: string }) {
  const say = useTexts(imageTexts);
  const { data, error, refetch } = useQuery(imageByDigestQuery(repository, digest));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  if (data.history.length === 0) return <EmptyState title={say('noHistory')} />;
  return (
    <Table
      size="small"
      pagination={false}
      scroll={{ x: 640 }}
      rowKey="number"
      dataSource={data.history.map((step, index) => ({ ...step, number: index + 1 }))}
      columns={[
        { key: 'number', title: say('number'), dataIndex: 'number', width: 64 },
        {
          key: 'instruction',
          title: say('instruction'),
          render: (_, { instruction, comment }) => (
            <>
              <code>
                <ForeignText text={instruction} />
              </code>
              {comment === undefined || comment === '' ? null : (
                <Typography.Text type="secondary" style={{ display: 'block' }}>
                  <ForeignText text={comment} />
                </Typography.Text>
              )}
            </>
          ),
        },
        {
          key: 'size',
          title: say('size'),
          width: 110,
          align: 'end',
          render: (_, { sizeBytes }) => (sizeBytes === undefined ? null : <SizeText bytes={sizeBytes} />),
        },
        {
          key: 'layer',
          title: say('layer'),
          width: 110,
          render: (_, { layer }) => (layer === undefined ? null : <FilesLink {...{ repository, reference, layer }} />),
        },
      ]}
    />
  );
}
