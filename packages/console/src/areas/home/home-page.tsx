import { useQuery } from '@tanstack/react-query';
import { Flex } from 'antd';
import { type Overview, overviewQuery } from '../../api/overview-query.ts';
import { useMe } from '../../api/session.ts';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { Figures } from './figures.tsx';
import { FirstPush } from './first-push.tsx';
import { ImageList } from './image-list.tsx';
import { PullChart } from './pull-chart.tsx';
import { StoreList } from './store-list.tsx';
import { Warnings } from './warnings.tsx';
import './home.css';

/** What the registry holds, what is new, and what is wrong. */
export function HomePage() {
  const say = useTexts(homeTexts);
  const overview = useQuery(overviewQuery);
  return (
    <>
      <PageHeading title={say('title')} />
      {overview.data ? <Overlook {...overview.data} /> : null}
      {overview.isPending ? <Waiting /> : null}
      {overview.error !== null && !overview.data ? <Problem error={overview.error} onRetry={() => void overview.refetch()} /> : null}
    </>
  );
}

function Overlook({ recentPushes, topImages, pulls, administration }: Overview) {
  const say = useTexts(homeTexts);
  const me = useMe();
  return (
    <Flex vertical gap="large">
      {administration === undefined ? null : <Warnings warnings={administration.warnings} />}
      {administration === undefined ? null : <Figures {...administration} />}
      {recentPushes.length === 0 ? <FirstPush name={me?.name} /> : null}
      <div className="home">
        {recentPushes.length === 0 ? null : (
          <ImageList title={say('recentPushes')} images={recentPushes.map((push) => ({ ...push, note: push }))} />
        )}
        {topImages.length === 0 ? null : (
          <ImageList title={say('topImages')} images={topImages.map((image) => ({ ...image, note: { pulls: image.pulls } }))} />
        )}
        {pulls.length === 0 ? null : <PullChart pulls={pulls} />}
        {administration === undefined ? null : <StoreList storage={administration.storage} />}
      </div>
    </Flex>
  );
}
