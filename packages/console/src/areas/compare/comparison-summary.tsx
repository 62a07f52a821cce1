import { Descriptions } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { type Change, isChange } from './change-tag.tsx';
import type { ComparisonResult } from './queries.ts';

/** How much differs, in figures. */
export function ComparisonSummary({ result: { layers, sizeBytes, files, config, packages } }: { result: ComparisonResult }) {
  const say = useTexts(compareTexts);
  const { language } = useLanguage();
  const size = (bytes: number) => sizeIn(language, bytes);
  const grown = sizeBytes.to - sizeBytes.from;
  const own = (side: readonly { readonly shared: boolean }[]) => side.filter(({ shared }) => !shared).length;
  const layersOf = (count: number, bytes: number) => (count === 0 ? say('none') : say('layerSizes', { count, size: size(bytes) }));
  const countsOf = (counts: Readonly<Partial<Record<Change, number>>>) =>
    order
      .flatMap((change) => ((counts[change] ?? 0) === 0 ? [] : [say('countOf', { count: counts[change] ?? 0, change: say(change) })]))
      .join(' · ') || say('none');
  const rows = [
    {
      label: say('size'),
      value: say('grown', {
        from: size(sizeBytes.from),
        to: size(sizeBytes.to),
        change: `${grown < 0 ? '−' : '+'}${size(Math.abs(grown))}`,
      }),
    },
    { label: say('sharedLayers'), value: layersOf(layers.to.length - own(layers.to), sizeBytes.shared) },
    { label: say('removedLayers'), value: layersOf(own(layers.from), sizeBytes.from - sizeBytes.shared) },
    { label: say('addedLayers'), value: layersOf(own(layers.to), sizeBytes.to - sizeBytes.shared) },
    { label: say('files'), value: countsOf(files) },
    { label: say('config'), value: countsOf(countBy(config.map(configChange))) },
    { label: say('packages'), value: countsOf(countBy(packages.map(({ change }) => change).filter(isChange))) },
  ];
  return (
    <Descriptions
      bordered
      size="small"
      column={1}
      styles={{ label: { width: '38%' } }}
      items={rows.map(({ label, value }) => ({ key: label, label, children: value }))}
    />
  );
}

const order: readonly Change[] = ['added', 'removed', 'changed', 'upgraded', 'downgraded'];

const configChange = ({ from, to }: ComparisonResult['config'][number]) =>
  from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';

function countBy<K extends string>(values: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
