import { ApiProblem } from '@longshore/api-client';
import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Flex, Progress, Typography } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import type { ResultView } from './compare-search.ts';
import { ComparisonResultView } from './comparison-result.tsx';
import { type Comparison, isUnderWay, useComparison, type WantedImage } from './queries.ts';

interface ShownComparisonProps {
  readonly from: WantedImage;
  readonly to: WantedImage;
  readonly view: ResultView;
  readonly onView: (view: ResultView) => void;
}

/** A comparison as far as it is: that it waits or runs, why there is none, or what differs. */
export function ShownComparison({ from, to, view, onView }: ShownComparisonProps) {
  const { comparison, error, restart, cancel } = useComparison(from, to);
  if (error instanceof ApiProblem || (error !== null && comparison === undefined)) return <Refusal error={error} onRetry={restart} />;
  if (comparison === undefined) return <Waiting />;
  if (isUnderWay(comparison)) return <UnderWay comparison={comparison} onCancel={cancel} />;
  if (comparison.result === undefined) return <NoResult comparison={comparison} onRetry={restart} />;
  return <ComparisonResultView {...{ comparison, result: comparison.result, view, onView }} />;
}

/** What helps against which refusal. */
const helps: Readonly<Record<string, 'mayNotSee' | 'notComparable' | 'tooMany'>> = {
  'not-found': 'mayNotSee',
  forbidden: 'mayNotSee',
  conflict: 'notComparable',
  'invalid-request': 'notComparable',
  'too-many-requests': 'tooMany',
};

function Refusal({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const say = useTexts(compareTexts);
  const help = error instanceof ApiProblem ? helps[error.code] : undefined;
  return (
    <Flex vertical gap="small">
      <Problem error={error} onRetry={onRetry} />
      {help === undefined ? null : <Typography.Text>{say(help)}</Typography.Text>}
    </Flex>
  );
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

function NoResult({ comparison: { state, failure, job }, onRetry }: { comparison: Comparison; onRetry: () => void }) {
  const say = useTexts(compareTexts);
  const again = <Button onClick={onRetry}>{say('again')}</Button>;
  if (state === 'cancelled') return <Alert type="info" showIcon title={say('cancelled')} action={again} />;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={say('failed')}
      description={
        <>
          <div className="compare-text">{failure}</div>
          <div>{job === undefined ? say('failedForGood') : say('failedNow', { job })}</div>
        </>
      }
      // What a registry says without a job is kept: it would say it again.
      action={job === undefined ? null : again}
    />
  );
}
