import { Descriptions, Typography } from 'antd';
import { ForeignText } from '../../widgets/foreign-text.tsx';
import { visibleText } from '../../widgets/visible-text.ts';

/** Labels, annotations: what strangers wrote, as text and nothing else. */
export function NamedValues({ title, values }: { title: string; values: Readonly<Record<string, string>> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <section>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {title}
      </Typography.Title>
      <Descriptions
        bordered
        size="small"
        column={1}
        styles={{ label: { width: '38%' } }}
        items={entries.map(([name, value]) => ({
          key: name,
          label: <code style={{ overflowWrap: 'anywhere' }}>{visibleText(name)}</code>,
          children: <ForeignText text={value} />,
        }))}
      />
    </section>
  );
}
