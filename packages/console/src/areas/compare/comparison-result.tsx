import { Link, useRouter } from '@tanstack/react-router';
import { Alert, Flex, Tabs } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { compareTabs, type ResultView, searchOf } from './compare-search.ts';
import { ComparedFiles } from './compared-files.tsx';
import { ComparedLayers } from './compared-layers.tsx';
import { ComparisonSummary } from './comparison-summary.tsx';
import { ConfigDifferences } from './config-differences.tsx';
import { PackageDifferences } from './package-differences.tsx';
import type { Comparison, ComparisonResult } from './queries.ts';

interface ComparisonResultProps {
  readonly comparison: Comparison;
  readonly result: ComparisonResult;
  readonly view: ResultView;
  readonly onView: (view: ResultView) => void;
}

/** What differs, in its parts. */
export function ComparisonResultView({ comparison, result, view, onView }: ComparisonResultProps) {
  const say = useTexts(compareTexts);
  const { files, config, packages } = result;
  const counts = { files: files.added + files.removed + files.changed, config: config.length, packages: packages.length };
  const contents = {
    summary: <ComparisonSummary result={result} />,
    files: <ComparedFiles comparison={comparison.id} counts={files} view={view} onView={onView} />,
    config: <ConfigDifferences differences={config} />,
    packages: <PackageDifferences differences={packages} />,
    layers: <ComparedLayers layers={result.layers} />,
  };
  const labelOf = (tab: (typeof compareTabs)[number]) =>
    tab === 'summary' || tab === 'layers' ? say(tab) : say('withCount', { name: say(tab), count: counts[tab] });
  return (
    <Flex vertical gap="middle">
      <ComparedImages comparison={comparison} />
      <Notes comparison={comparison} result={result} isSame={Object.values(counts).every((count) => count === 0)} />
      <Tabs
        activeKey={view.tab ?? 'summary'}
        destroyOnHidden
        items={compareTabs.map((key) => ({ key, label: labelOf(key), children: contents[key] }))}
        onChange={(key) => {
          const tab = compareTabs.find((one) => one === key);
          onView(tab === undefined || tab === 'summary' ? {} : { tab });
        }}
      />
    </Flex>
  );
}

function Notes({ comparison: { from, to }, result, isSame }: { comparison: Comparison; result: ComparisonResult; isSame: boolean }) {
  const say = useTexts(compareTexts);
  return (
    <>
      {from.digest === to.digest ? <Alert type="info" showIcon title={say('same')} /> : null}
      {isSame && from.digest !== to.digest ? <Alert type="success" showIcon title={say('noDifference')} /> : null}
      {result.truncated ? <Alert type="warning" showIcon title={say('truncated')} /> : null}
      {result.unreadPackages ? <Alert type="warning" showIcon title={say('unreadPackages')} /> : null}
    </>
  );
}

/** What was compared, by digest: tags move on. */
function ComparedImages({ comparison: { from, to } }: { comparison: Comparison }) {
  const say = useTexts(compareTexts);
  const router = useRouter();
  const sideOf = ({ repository, digest }: Comparison['from']) => ({ repository, reference: digest });
  const { href } = router.buildLocation({ to: '/compare', search: searchOf({ from: sideOf(from), to: sideOf(to) }) });
  return (
    <Flex wrap gap="small" align="center">
      <ImageLink side={from} />
      <span aria-hidden>→</span>
      <ImageLink side={to} />
      <CopyButton text={`${window.location.origin}${href}`} label={say('copyLink')} />
    </Flex>
  );
}

function ImageLink({ side: { repository, digest } }: { side: Comparison['from'] }) {
  return (
    <Link
      to="/repositories/$repository/images/$reference"
      params={{ repository, reference: digest }}
      className="compare-text"
      title={digest}
    >
      {repository}@{shortDigest(digest)}
    </Link>
  );
}
