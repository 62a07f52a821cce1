import { SwapOutlined } from '@ant-design/icons';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Button, Flex, Typography } from 'antd';
import { signInPath, useLastMe } from '../../api/session.ts';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { ChooseSide } from './choose-side.tsx';
import { type ChosenSide, type CompareSearch, searchOf, sidesIn } from './compare-search.ts';
import { ShownComparison } from './shown-comparison.tsx';
import './compare.css';
import type { WantedImage } from './queries.ts';

const route = getRouteApi('/compare');

/** Two images, and how they differ. Its address holds both, and what of the result is shown. */
export function ComparePage() {
  const say = useTexts(compareTexts);
  const me = useLastMe();
  const search: CompareSearch = route.useSearch();
  const { from, to, fromPlatform, toPlatform, cancelled, ...view } = search;
  const navigate = useNavigate();
  const sides = sidesIn(search);
  const choose = (next: typeof sides) => {
    const { tab, change } = view;
    const kept = { ...(tab !== undefined && { tab }), ...(change !== undefined && { change }) };
    void navigate({ to: '/compare', search: { ...searchOf(next), ...kept } });
  };
  return (
    <>
      <PageHeading title={say('title')}>
        <Button
          icon={<SwapOutlined />}
          disabled={sides.from === undefined && sides.to === undefined}
          onClick={() => choose({ from: sides.to, to: sides.from })}
        >
          {say('swap')}
        </Button>
      </PageHeading>
      <Typography.Paragraph type="secondary" style={{ maxWidth: '80ch' }}>
        {say('about')}
      </Typography.Paragraph>
      {me === null ? <SignIn /> : null}
      {me === undefined ? <Waiting /> : null}
      {me ? (
        <Flex vertical gap="middle">
          <div className="compare-sides">
            <ChooseSide name="from" side={sides.from} onChoose={(side) => choose({ ...sides, from: side })} />
            <ChooseSide name="to" side={sides.to} onChoose={(side) => choose({ ...sides, to: side })} />
          </div>
          {isWanted(sides.from) && isWanted(sides.to) ? (
            <ShownComparison
              key={JSON.stringify(sides)}
              from={sides.from}
              to={sides.to}
              view={view}
              isCancelled={cancelled === true}
              onCancelled={(isCancelled) =>
                void navigate({
                  to: '/compare',
                  search: { ...searchOf(sides), ...view, ...(isCancelled && { cancelled: true }) },
                  replace: true,
                })
              }
              onView={(next) => void navigate({ to: '/compare', search: { ...searchOf(sides), ...next }, resetScroll: false })}
            />
          ) : (
            <EmptyState title={say('nothingChosen')} description={say('nothingChosenNext')} />
          )}
        </Flex>
      ) : null}
    </>
  );
}

function isWanted(side: ChosenSide | undefined): side is ChosenSide & WantedImage {
  return side?.reference !== undefined;
}

function SignIn() {
  const say = useTexts(compareTexts);
  const { language } = useLanguage();
  return (
    <EmptyState title={say('signIn')} description={say('signInNext')}>
      <Button type="primary" href={signInPath(language)}>
        {say('signIn')}
      </Button>
    </EmptyState>
  );
}
