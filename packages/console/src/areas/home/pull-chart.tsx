import { Card } from 'antd';
import { lazy, Suspense, useMemo } from 'react';
import type { Overview } from '../../api/overview-query.ts';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { everyDay } from './every-day.ts';

const Chart = lazy(async () => ({ default: (await import('../../widgets/chart.tsx')).Chart }));

/** Pulls by day over the last month. */
export function PullChart({ pulls }: { pulls: Overview['pulls'] }) {
  const say = useTexts(homeTexts);
  const line = useMemo(() => ({ label: say('pulls'), points: everyDay(pulls, Date.now()) }), [pulls, say]);
  const total = pulls.reduce((sum, day) => sum + day.pulls, 0);
  return (
    <Card title={<h2 className="card-title">{say('pullsByDay')}</h2>}>
      <Suspense fallback={<Waiting />}>
        <Chart line={line} summary={say('pullsInAll', { count: total })} />
      </Suspense>
      <p className="summary">{say('pullsInAll', { count: total })}</p>
    </Card>
  );
}
