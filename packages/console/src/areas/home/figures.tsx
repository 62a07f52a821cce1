import { Card, Statistic } from 'antd';
import type { Overview } from '../../api/overview-query.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';

/** How much there is, for administrators. */
export function Figures({ repositories, tags, manifests, storage }: NonNullable<Overview['administration']>) {
  const say = useTexts(homeTexts);
  const { language } = useLanguage();
  const count = (value: number) => new Intl.NumberFormat(language).format(value);
  const figures = [
    { title: say('repositories'), value: count(repositories) },
    { title: say('tags'), value: count(tags) },
    { title: say('manifests'), value: count(manifests) },
    { title: say('stored'), value: sizeIn(language, storage.storedBytes) },
    { title: say('saved'), value: sizeIn(language, storage.savedBytes) },
  ];
  return (
    <div className="figures">
      {figures.map(({ title, value }) => (
        <Card key={title} size="small">
          <Statistic title={title} value={value} />
        </Card>
      ))}
    </div>
  );
}
