import type { components } from '@longshore/api-client';
import { Link } from '@tanstack/react-router';
import { Flex, Progress, Select } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { About } from './about.tsx';

type Quota = components['schemas']['Quota'];
type Order = 'project' | '-usedBytes' | '-share';

const shares = [0, 50, 80, 90, 100];

/** What every project uses of what it may. */
export function QuotasPage() {
  const say = useTexts(oversightTexts);
  const { language } = useLanguage();
  const [sort, setSort] = useState<Order>('-share');
  const [over, setOver] = useState(0);
  const pages = usePages(['quotas', sort, over], (at) =>
    api.GET('/api/v1/quotas', { params: { query: { ...at, limit: 50, sort, ...(over > 0 && { over }) } } }),
  );
  const size = (bytes: number) => sizeIn(language, bytes);
  const count = (tags: number) => new Intl.NumberFormat(language).format(tags);
  return (
    <>
      <About title={say('quotas')} about={say('quotasAbout')} />
      <Filters sort={sort} onSort={setSort} over={over} onOver={setOver} />
      <RecordTable<Quota>
        label={say('quotas')}
        pages={pages}
        rowKey={({ project }) => project}
        empty={<EmptyState title={say('noQuotas')} />}
        columns={[
          {
            key: 'project',
            title: say('project'),
            render: ({ project }) => (
              <Link to="/projects/$project/quota" params={{ project }}>
                {project}
              </Link>
            ),
          },
          {
            key: 'storage',
            title: say('storage'),
            render: ({ storage }) => <Use used={storage.usedBytes} limit={storage.limitBytes} percent={storage.percent} write={size} />,
          },
          {
            key: 'tags',
            title: say('tags'),
            render: ({ tags }) => <Use used={tags.used} limit={tags.limit} percent={tags.percent} write={count} />,
          },
          {
            key: 'pulls',
            title: say('pulls'),
            render: ({ pulls }) => <Use used={pulls.usedBytes} limit={pulls.limitBytesPerDay} percent={pulls.percent} write={size} />,
          },
        ]}
      />
    </>
  );
}

interface UseProps {
  readonly used: number;
  readonly limit: number | null;
  readonly percent: number | null;
  readonly write: (amount: number) => string;
}

/** How much is used of how much; a bar where there is a limit. */
function Use({ used, limit, percent, write }: UseProps) {
  const say = useTexts(oversightTexts);
  if (limit === null || percent === null) return say('noLimit', { used: write(used) });
  const words = say('ofLimit', { used: write(used), limit: write(limit) });
  return (
    <div style={{ minWidth: 140 }}>
      {words}
      <Progress
        percent={Math.min(100, percent)}
        size="small"
        aria-label={words}
        {...(percent >= 100 && { status: 'exception' as const })}
      />
    </div>
  );
}

interface FiltersProps {
  readonly sort: Order;
  readonly onSort: (sort: Order) => void;
  /** Percent of a limit. */
  readonly over: number;
  readonly onOver: (over: number) => void;
}

function Filters({ sort, onSort, over, onOver }: FiltersProps) {
  const say = useTexts(oversightTexts);
  return (
    <Flex gap="small" wrap style={{ marginBottom: 12 }}>
      <Select<Order>
        aria-label={say('sort')}
        value={sort}
        onChange={onSort}
        options={[
          { value: '-share', label: say('byShare') },
          { value: '-usedBytes', label: say('byUse') },
          { value: 'project', label: say('byName') },
        ]}
      />
      <Select<number>
        aria-label={say('over')}
        value={over}
        onChange={onOver}
        options={shares.map((percent) => ({
          value: percent,
          label: percent === 0 ? say('overAny') : `${say('over')} ${say('overPercent', { percent })}`,
        }))}
      />
    </Flex>
  );
}
