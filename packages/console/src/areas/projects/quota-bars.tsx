import { Card, Flex, Progress } from 'antd';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { CardGrid } from '../../widgets/card-grid.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import type { Quota } from './project-queries.ts';

/** What a project uses of its limits: a bar for each, and only the number where there is no limit. */
export function QuotaBars({ quota }: { quota: Quota }) {
  const say = useTexts(rulesTexts);
  const { language } = useLanguage();
  const number = (value: number) => new Intl.NumberFormat(language).format(value);
  const { storage, tags, pulls } = quota;
  return (
    <CardGrid>
      <Bar
        title={say('storage')}
        used={<SizeText bytes={storage.usedBytes} />}
        limit={storage.limitBytes === null ? undefined : <SizeText bytes={storage.limitBytes} />}
        percent={storage.percent}
      />
      <Bar
        title={say('tags')}
        used={number(tags.used)}
        limit={tags.limit === null ? undefined : number(tags.limit)}
        percent={tags.percent}
      />
      <Bar
        title={say('pullsToday')}
        used={<SizeText bytes={pulls.usedBytes} />}
        limit={pulls.limitBytesPerDay === null ? undefined : <SizeText bytes={pulls.limitBytesPerDay} />}
        percent={pulls.percent}
      />
    </CardGrid>
  );
}

function Bar({
  title,
  used,
  limit,
  percent,
}: {
  title: string;
  used: React.ReactNode;
  limit: React.ReactNode | undefined;
  percent: number | null;
}) {
  const say = useTexts(rulesTexts);
  return (
    <Card size="small">
      <Flex justify="space-between" gap="small" wrap>
        <strong>{title}</strong>
        <span>
          {used} {limit === undefined ? say('noLimit') : <>/ {limit}</>}
        </span>
      </Flex>
      {percent !== null && (
        <Progress
          percent={Math.min(percent, 100)}
          status={percent >= 90 ? 'exception' : 'normal'}
          format={() => `${percent}%`}
          aria-label={title}
        />
      )}
    </Card>
  );
}
