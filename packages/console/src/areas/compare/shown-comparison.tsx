import { ApiProblem } from '@longshore/api-client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Progress, Typography } from 'antd';
import { useEffect, useEffectEvent } from 'react';
import { imageText } from '../../api/image-name.ts';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import type { ResultView } from './compare-search.ts';
import { ComparisonResultView } from './comparison-result.tsx';
import { type Comparison, isUnderWay, platformsQuery, useComparison, type WantedImage } from './queries.ts';

interface ShownComparisonProps {
  readonly from: WantedImage;
  readonly to: WantedImage;
  readonly view: ResultView;
  /** Whether it was cancelled here, so that only a press of a button begins it again. */
  readonly isCancelled: boolean;
  readonly onCancelled: (isCancelled: boolean) => void;
  readonly onView: (view: ResultView) => void;
}

/** A comparison as far as it is: that it waits or runs, why there is none, or what differs. */
export function ShownComparison({ from, to, view, isCancelled, onCancelled, onView }: ShownComparisonProps) {
  const { comparison, error, restart, cancel } = useComparison(from, to, !isCancelled);
  // Also by somebody else, in another tab or in the administration: a reload begins it no more than if it was here.
  const isStopped = comparison?.state === 'cancelled';
  const tellCancelled = useEffectEvent(() => !isCancelled && onCancelled(true));
  useEffect(() => {
    if (isStopped) tellCancelled();
  }, [isStopped]);
  const again = () => {
    restart();
    onCancelled(false);
  };
  const stop = async () => {
    await cancel();
    onCancelled(true);
  };
  if (error !== null && (comparison === undefined || isFinal(error))) return <Refusal {...{ error, from, to }} onRetry={restart} />;
  if (comparison === undefined) return isCancelled ? <Cancelled onRetry={again} /> : <Waiting />;
  if (isUnderWay(comparison)) return <UnderWay comparison={comparison} onCancel={stop} />;
  if (comparison.state === 'cancelled') return <Cancelled onRetry={again} />;
  if (comparison.result === undefined) return <NoResult comparison={comparison} onRetry={restart} />;
  return <ComparisonResultView {...{ comparison, result: comparison.result, view, onView }} />;
}

/** Whether the registry would answer the same again. What it says while it is busy takes nothing away that is in sight. */
const isFinal = (error: Error) => error instanceof ApiProblem && error.status < 500 && error.status !== 429;

/** What helps against which refusal. */
const helps: Readonly<Record<string, 'mayNotSee' | 'notComparable' | 'tooMany'>> = {
  'not-found': 'mayNotSee',
  forbidden: 'mayNotSee',
  conflict: 'notComparable',
  'invalid-request': 'notComparable',
  'too-many-requests': 'tooMany',
};

function Refusal({ error, from, to, onRetry }: Pick<ShownComparisonProps, 'from' | 'to'> & { error: Error; onRetry: () => void }) {
  const say = useTexts(compareTexts);
  const help = error instanceof ApiProblem ? helps[error.code] : undefined;
  return (
    <Flex vertical gap="small">
      <Problem error={error} onRetry={onRetry} />
      {help === 'mayNotSee' ? [from, to].map((image, side) => <Missing key={side} image={image} />) : null}
      {help === undefined ? null : <Typography.Text>{say(help)}</Typography.Text>}
    </Flex>
  );
}

/** Says so when this one of both images is not there: the refusal names it in the words of the registry alone. */
function Missing({ image }: { image: WantedImage }) {
  const say = useTexts(compareTexts);
  const { error } = useQuery(platformsQuery(image));
  return error instanceof ApiProblem && error.status === 404 ? (
    <Typography.Text strong>{say('missing', { image: imageText(image) })}</Typography.Text>
  ) : null;
}

function UnderWay({ comparison: { state, progress }, onCancel }: { comparison: Comparison; onCancel: () => Promise<void> }) {
  const say = useTexts(compareTexts);
  const { language } = useLanguage();
  const cancelling = useMutation({ mutationFn: onCancel });
  const { bytesRead = 0, bytesTotal = 0 } = progress ?? {};
  const title = say(cancelling.isSuccess ? 'cancelling' : state === 'queued' ? 'queued' : 'running');
  return (
    <Flex vertical gap="small" align="start">
      <div role="status">{title}</div>
      {progress === undefined ? null : (
        <>
          <Progress
            percent={bytesTotal === 0 ? 0 : Math.floor((bytesRead / bytesTotal) * 100)}
            aria-label={say('running')}
            style={{ maxWidth: 480 }}
          />
          <Typography.Text type="secondary">
            {say('read', { done: sizeIn(language, bytesRead), total: sizeIn(language, bytesTotal) })}
          </Typography.Text>
        </>
      )}
      <Typography.Text type="secondary">{say('reloadable')}</Typography.Text>
      {cancelling.error === null ? null : <Problem error={cancelling.error} />}
      {cancelling.isSuccess ? null : (
        <Button loading={cancelling.isPending} onClick={() => cancelling.mutate()}>
          {say('cancel')}
        </Button>
      )}
    </Flex>
  );
}

function Cancelled({ onRetry }: { onRetry: () => void }) {
  const say = useTexts(compareTexts);
  return <Alert type="info" showIcon title={say('cancelled')} action={<Button onClick={onRetry}>{say('again')}</Button>} />;
}

function NoResult({ comparison: { failure, job }, onRetry }: { comparison: Comparison; onRetry: () => void }) {
  const say = useTexts(compareTexts);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={say('failed')}
      description={
        <>
          <div className="compare-text">{failure === undefined ? null : <RegistryText text={failure} />}</div>
          <div>{job === undefined ? say('failedForGood') : say('failedNow', { job })}</div>
        </>
      }
      // What a registry says without a job is kept: it would say it again.
      action={job === undefined ? null : <Button onClick={onRetry}>{say('again')}</Button>}
    />
  );
}
