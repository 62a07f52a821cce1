import { Button, Descriptions, Typography } from 'antd';
import { useState } from 'react';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ForeignText } from '../../widgets/foreign-text.tsx';
import { visibleText } from '../../widgets/visible-text.ts';

/** More are shown when somebody wants them: a manifest has room for tens of thousands. */
const mostAtOnce = 100;

/** Labels, annotations: what strangers wrote, as text and nothing else. */
export function NamedValues({ title, values }: { title: string; values: Readonly<Record<string, string>> }) {
  const say = useTexts(imageTexts);
  const [isWhole, setWhole] = useState(false);
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
        items={(isWhole ? entries : entries.slice(0, mostAtOnce)).map(([name, value]) => ({
          key: name,
          label: <code style={{ overflowWrap: 'anywhere' }}>{visibleText(name)}</code>,
          children: <ForeignText text={value} />,
        }))}
      />
      {!isWhole && entries.length > mostAtOnce && (
        <Button style={{ marginTop: 8 }} onClick={() => setWhole(true)}>
          {say('showAllValues', { count: entries.length })}
        </Button>
      )}
    </section>
  );
}
